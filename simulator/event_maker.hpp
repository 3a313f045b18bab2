#pragma once

#include <oktail/core/clock.hpp>

#include "simulator/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oktail::simulator {

/// Makes LogEvents as Okta writes them. An event is a function of (seed, index, published), so that none needs to be kept:
/// whoever asks for it again gets the same bytes. Any thread.
class EventMaker {
public:
    /// Every `huge_every`-th event carries `huge_size` bytes of debug text; 0: none does.
    explicit EventMaker(std::uint64_t seed, std::size_t huge_every = 0, std::size_t huge_size = 600'000);

    /// Appends compact JSON.
    void append(std::string& out, std::uint64_t index, UtcTime published) const;
    /// The uuid of that event: version 1, with `published` for its time, as Okta's are; unique by the index.
    std::string uuid(std::uint64_t index, UtcTime published) const;

private:
    enum class Slot : std::uint8_t;
    /// Literal text, then what to fill in behind it.
    struct Piece {
        std::string text;
        Slot slot;
    };
    using Template = std::vector<Piece>;
    /// One template for every type, variant and outcome, and which of them an event gets: common types hold many tickets.
    struct Catalogue {
        Catalogue();
        std::vector<Template> templates;
        std::vector<std::uint16_t> tickets;
    };
    struct Person {
        std::string id, name, login;
    };
    /// What all slots of one event are filled from.
    struct Event {
        std::uint64_t noise;
        std::uint64_t index;
        UtcTime published;
        std::string published_text;
    };

    static const Catalogue& catalogue();
    static Template compiled(std::string_view text);
    void add_people(Random random);
    void fill(std::string& out, Slot slot, const Event& event) const;
    const Person& person(std::uint64_t noise) const { return people_[noise % people_.size()]; }

    std::uint64_t seed_;
    std::size_t huge_every_;
    std::string huge_text_;
    std::vector<Person> people_;
};

}  // namespace oktail::simulator
