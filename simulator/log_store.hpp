#pragma once

#include <oktail/core/clock.hpp>

#include "simulator/event_maker.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace oktail::simulator {

/// An event somebody else wrote.
struct GivenEvent {
    std::string uuid;
    UtcTime published;
    std::string json;
};

/// One org's System Log: events in the order in which they were persisted, which is not that of `published`.
/// Events of the maker are kept as two times and made again on demand, so a million of them costs 16 MB.
class LogStore {
public:
    explicit LogStore(EventMaker maker) : maker_(std::move(maker)) {}

    /// `persisted` never goes back.
    void persist(UtcTime persisted, UtcTime published);
    void persist(UtcTime persisted, GivenEvent event);

    std::size_t size() const noexcept { return entries_.size(); }
    UtcTime persisted(std::size_t index) const { return entries_[index].persisted; }
    UtcTime published(std::size_t index) const;
    std::string uuid(std::size_t index) const;
    void append_json(std::string& out, std::size_t index) const;
    std::string json(std::size_t index) const;
    /// The first event persisted at `since` or later; size() if there is none.
    std::size_t first_since(UtcTime since) const;

    /// The ground truth of events [first, size()): a line "uuid sha256" for each.
    std::string truth(std::size_t first = 0) const;

private:
    static constexpr std::int32_t made = -1;
    struct Entry {
        UtcTime persisted;
        std::int32_t lag_ms;  ///< of a made event: persisted - published
        std::int32_t given;   ///< index into given_, or `made`
    };

    EventMaker maker_;
    std::vector<Entry> entries_;
    std::vector<GivenEvent> given_;
};

}  // namespace oktail::simulator
