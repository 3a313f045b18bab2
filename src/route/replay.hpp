#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>
#include <oktail/sink/sink.hpp>

#include "okta/page_slicer.hpp"
#include "route/dead_letters.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// What became of dead letters that were offered again.
class Replayed {
public:
    std::size_t delivered = 0;
    std::size_t bytes = 0;       ///< of those
    std::size_t refused = 0;     ///< again: they stay dead letters
    std::optional<Error> ended;  ///< why it ended before its end: what was not delivered stays
};

/// Dead letters of which a page is made.
class LettersPage {
public:
    std::string body;                         ///< an array of those that are events a sink may be offered
    std::vector<DeadLetterFile::Part> lines;  ///< where each of them lies in the file
    std::vector<DeadLetterFile::Part> unfit;  ///< lines that stay: torn, too large, no JSON
};

/// `text`: lines of a file of dead letters, from `offset` on.
LettersPage letters_page(std::string_view text, std::uint64_t offset, std::size_t max_event, PageSlicer& page_slicer);

/// Offers a route's dead letters to its sink once more, in the place of the route: nobody else writes meanwhile. The file is
/// left with what was not taken at the end, so letters that were taken are offered again if oktail is killed before that.
class Replay {
public:
    /// What is referred to outlives it.
    Replay(RouteId route, std::size_t max_event, DeadLetters& letters, PageSlicer& page_slicer, SinkWriter& writer,
           const Clock& clock);

    /// `at`: the route's checkpoint, which a sink that saves checkpoints is given with each page.
    asio::awaitable<Replayed> run(Checkpoint at, std::stop_token stop);
    /// The route's checkpoint afterwards.
    const Checkpoint& checkpoint() const noexcept { return at_; }

private:
    asio::awaitable<void> offer(LettersPage letters);

    RouteId route_;
    std::size_t max_event_;
    DeadLetters& letters_;
    PageSlicer& page_slicer_;
    SinkWriter& writer_;
    const Clock& clock_;
    Checkpoint at_;
    Replayed done_;
    std::vector<DeadLetterFile::Part> kept_;
};

}  // namespace oktail
