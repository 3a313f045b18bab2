#pragma once

#include <oktail/model/checkpoint.hpp>
#include <oktail/sink/sink.hpp>

#include "route/event_filter.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// What a route does with a page: which events go to the sink, and which cannot.
class Selection {
public:
    Batch batch;                           ///< to be written, in Okta's order
    std::vector<std::uint32_t> oversized;  ///< larger than max_event: dead letters
    std::vector<std::uint32_t> malformed;  ///< no JSON or no UTF-8, so no line either: dead letters
    std::size_t known = 0;                 ///< safe already, or twice on the page
    std::size_t filtered = 0;              ///< not what the route wants
};

// The pure steps of a checkpoint. None of them waits, reads a clock or fails.

/// How many ids of events that are done with a checkpoint remembers.
inline constexpr std::size_t tail_length = 1'000;
/// How far before the last event a route looks again when Okta no longer knows its cursor.
inline constexpr std::chrono::minutes overlap{15};

/// Drops what `at` knows, what the filter does not pass, and what is too large.
Selection select(const PagePtr& page, const Checkpoint& at, const EventFilter& filter, std::size_t max_event);

/// The checkpoint once the page is done with. `known`: how many of its events select() found to be known.
Checkpoint after_page(const Checkpoint& at, const Page& page, std::size_t known);
/// The checkpoint while the page is not whole: these events of it are safe, at the sink or among the dead letters.
Checkpoint within_page(const Checkpoint& at, const Page& page, const std::vector<std::uint32_t>& safe);

/// Where a route with a checkpoint has to begin again by time, if its query is not the checkpoint's.
class BeginAgain {
public:
    BeginAgain(UtcTime since, std::string why) : since(since), why(std::move(why)) {}
    UtcTime since;
    std::string why;
};
std::optional<BeginAgain> begin_again(const Checkpoint& at, const Query& query);

/// The checkpoint of a route that goes on at another cursor. What was safe of a page stays in `partial`, until it has come.
Checkpoint begun_again(Checkpoint at, Cursor next);

/// The checkpoint of a route that goes on with this page, whose first so many events are older than the tail. They are known
/// until they have come, and then forgotten again.
Checkpoint found_again(Checkpoint at, const Page& page, std::size_t before);
/// A page of events that happened after this lies behind all that is done with.
UtcTime end_of_search(const Checkpoint& at);

/// The time after which the lost cursor's events lie, less the overlap.
UtcTime since_of_lost_cursor(const Checkpoint& at);
/// Whether Okta must still serve the last event that is done with to a query from `since` on: if not, something is wrong.
bool must_be_found(const Checkpoint& at, UtcTime since);

/// How long Okta keeps its log (System Log API, "Data retention").
inline constexpr std::chrono::days retention{90};

/// The earliest time that a query may begin at: a little inside what Okta has, since it has less by the time that it is asked.
UtcTime earliest_start(UtcTime okta_now);

/// A span of the log that no query can reach any more.
class Gap {
public:
    Gap(UtcTime from, UtcTime to) : from(from), to(to) {}
    UtcTime from;
    UtcTime to;
};
/// What Okta has dropped before the route came by.
std::optional<Gap> lost_to_retention(const Checkpoint& at, UtcTime okta_now);

}  // namespace oktail
