#include "route/checkpoint_steps.hpp"

#include "model/event_fields.hpp"
#include "route/known_events.hpp"

#include <algorithm>

namespace oktail {
namespace {

/// Everything before is delivered.
UtcTime reached_by(const Checkpoint& at) { return std::max(at.newest_published, at.caught_up_at); }

}  // namespace

Selection select(const PagePtr& page, const Checkpoint& at, const EventFilter& filter, std::size_t max_event) {
    KnownEvents known(at.partial.size() + at.tail.size() + page->size());
    known.add_all(at.partial);
    known.add_all(at.tail);

    Selection chosen;
    Batch::Indices left;
    left.reserve(page->size());
    for (std::uint32_t i = 0; i < page->size(); ++i) {
        if (!known.add(page->slice(i).id)) ++chosen.known;
        else if (!page->slice(i).well_formed) chosen.malformed.push_back(i);
        else if (!filter.passes_all() && !filter.passes(event_type(page->event(i)))) ++chosen.filtered;
        else if (page->slice(i).size > max_event) chosen.oversized.push_back(i);
        else left.push_back(i);
    }
    chosen.batch =
        left.size() == page->size() ? Batch(page) : Batch(page, std::make_shared<const Batch::Indices>(std::move(left)));
    return chosen;
}

Checkpoint after_page(const Checkpoint& at, const Page& page, const Batch& delivered) {
    Checkpoint after;
    after.seq = at.seq + 1;
    after.query = at.query;
    after.next = page.next();
    after.newest_published = at.newest_published;
    after.caught_up_at = page.empty() ? page.fetched_at() : at.caught_up_at;

    const std::size_t fresh = std::min(delivered.size(), tail_length);
    const std::size_t kept = std::min(at.tail.size(), tail_length - fresh);
    after.tail.reserve(kept + fresh);
    after.tail.assign(at.tail.end() - static_cast<std::ptrdiff_t>(kept), at.tail.end());
    for (std::size_t i = 0; i < delivered.size(); ++i) {
        const EventSlice& slice = delivered.slice(i);
        if (i + fresh >= delivered.size()) after.tail.push_back(slice.id);
        // An event dated in the future must not carry a later beginning past events still to come.
        after.newest_published = std::max(after.newest_published, std::min(slice.published, page.fetched_at()));
    }
    return after;
}

Checkpoint within_page(const Checkpoint& at, const Page& page, const std::vector<std::uint32_t>& safe) {
    Checkpoint within = at;
    ++within.seq;
    within.partial.reserve(within.partial.size() + safe.size());
    for (const std::uint32_t event : safe) within.partial.push_back(page.slice(event).id);
    return within;
}

std::optional<BeginAgain> begin_again(const Checkpoint& at, const Query& query) {
    if (at.query == query) return std::nullopt;
    const UtcTime reached = reached_by(at);
    // Another domain has another clock and another order; the tail drops what comes twice.
    if (at.query.origin() != query.origin()) return BeginAgain(reached - overlap, "the domain changed");
    return BeginAgain(reached, "the filter changed");
}

UtcTime since_of_lost_cursor(const Checkpoint& at) {
    const UtcTime reached = reached_by(at);
    // Before the first delivery there is nothing to look for, and nothing that could come twice.
    return at.tail.empty() ? reached : reached - overlap;
}

UtcTime earliest_start(UtcTime okta_now) { return okta_now - retention + std::chrono::minutes(5); }

std::optional<Gap> lost_to_retention(const Checkpoint& at, UtcTime okta_now) {
    const UtcTime reached = reached_by(at);
    const UtcTime oldest = okta_now - retention;
    if (reached >= oldest) return std::nullopt;
    return Gap(reached, oldest);
}

}  // namespace oktail
