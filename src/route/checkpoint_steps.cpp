#include "route/checkpoint_steps.hpp"

#include "model/event_fields.hpp"
#include "route/known_events.hpp"
#include "route/place_search.hpp"

#include <algorithm>
#include <unordered_set>

namespace oktail {
namespace {

/// Everything before is delivered.
UtcTime reached_by(const Checkpoint& at) { return std::max(at.newest_published, at.caught_up_at); }

std::vector<Uuid> not_on(const Page& page, std::vector<Uuid> ids) {
    if (ids.empty()) return ids;
    KnownEvents here(page.size() + ids.size());
    for (std::size_t i = 0; i < page.size(); ++i) here.add(page.slice(i).id);
    std::erase_if(ids, [&here](const Uuid& id) { return !here.add(id); });
    return ids;
}

/// How many events at the front of the page are older than the tail (found_again()): they are done with, and the tail begins
/// behind them.
std::size_t older_than_tail(const Checkpoint& at, const Page& page) {
    if (at.partial.empty()) return 0;
    KnownEvents tail(at.tail.size());
    tail.add_all(at.tail);
    KnownEvents partial(at.partial.size());
    partial.add_all(at.partial);
    std::size_t front = 0;
    while (front < page.size() && partial.contains(page.slice(front).id) && !tail.contains(page.slice(front).id)) ++front;
    std::size_t in_a_row = 0;
    while (front + in_a_row < page.size() && tail.contains(page.slice(front + in_a_row).id)) ++in_a_row;
    return !at.tail.empty() && in_a_row >= std::min(proof_of_place, at.tail.size()) ? front : 0;
}

void add_what_tail_lacks(Checkpoint& after, const Page& page) {
    KnownEvents known(after.tail.size() + after.partial.size() + page.size());
    known.add_all(after.tail);
    known.add_all(after.partial);
    for (std::size_t i = 0; i < page.size(); ++i)
        if (known.add(page.slice(i).id)) after.partial.push_back(page.slice(i).id);
}

/// The last of the page's ids that the tail does not have: an event that is served again keeps its old place there.
std::vector<Uuid> fresh_ids(const Checkpoint& at, const Page& page, std::size_t known) {
    std::vector<Uuid> fresh;
    fresh.reserve(page.size());
    KnownEvents before(known == 0 ? 0 : at.tail.size() + page.size());
    if (known != 0) before.add_all(at.tail);
    for (std::size_t i = known == 0 ? 0 : older_than_tail(at, page); i < page.size(); ++i)
        if (known == 0 || before.add(page.slice(i).id)) fresh.push_back(page.slice(i).id);
    if (fresh.size() > tail_length) fresh.erase(fresh.begin(), fresh.end() - static_cast<std::ptrdiff_t>(tail_length));
    return fresh;
}

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

Checkpoint after_page(const Checkpoint& at, const Page& page, std::size_t known) {
    Checkpoint after;
    after.seq = at.seq + 1;
    after.query = at.query;
    after.next = page.next();
    after.newest_published = at.newest_published;
    after.caught_up_at = page.empty() ? page.fetched_at() : at.caught_up_at;
    // An event dated in the future says nothing: while a backlog is read, not even "now" has been reached.
    for (std::size_t i = 0; i < page.size(); ++i)
        if (page.slice(i).published <= page.fetched_at())
            after.newest_published = std::max(after.newest_published, page.slice(i).published);

    // The page was longer when they became safe, or it was another one. Behind an empty one that leads on nothing comes.
    if (!page.empty() || page.next() == at.next) after.partial = not_on(page, at.partial);

    const std::vector<Uuid> fresh = fresh_ids(at, page, known);
    const std::size_t kept = std::min(at.tail.size(), tail_length - fresh.size());
    after.tail.reserve(kept + fresh.size());
    after.tail.assign(at.tail.end() - static_cast<std::ptrdiff_t>(kept), at.tail.end());
    after.tail.insert(after.tail.end(), fresh.begin(), fresh.end());
    // A page without a link is asked for again.
    if (page.next() == at.next) add_what_tail_lacks(after, page);
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

Checkpoint begun_again(Checkpoint at, Cursor next) {
    ++at.seq;
    at.next = std::move(next);
    return at;
}

Checkpoint found_again(Checkpoint at, const Page& page, std::size_t before) {
    std::unordered_set<Uuid> known(at.tail.begin(), at.tail.end());
    known.insert(at.partial.begin(), at.partial.end());
    for (std::size_t i = 0; i < before; ++i)
        if (known.insert(page.slice(i).id).second) at.partial.push_back(page.slice(i).id);
    return at;
}

bool must_be_found(const Checkpoint& at, UtcTime since) {
    // No event is persisted before it is published, and the last one not before the others.
    return !at.tail.empty() && at.newest_published >= since;
}

UtcTime end_of_search(const Checkpoint& at) { return reached_by(at) + overlap; }

UtcTime since_of_lost_cursor(const Checkpoint& at) {
    const UtcTime reached = reached_by(at);
    // Before the first event the beginning is the newest, and nothing before it is wanted.
    return at.tail.empty() ? std::max(at.newest_published, reached - overlap) : reached - overlap;
}

UtcTime earliest_start(UtcTime okta_now) { return okta_now - retention + std::chrono::minutes(5); }

std::optional<Gap> lost_to_retention(const Checkpoint& at, UtcTime okta_now) {
    const UtcTime reached = reached_by(at);
    const UtcTime oldest = okta_now - retention;
    if (reached >= oldest) return std::nullopt;
    return Gap(reached, oldest);
}

}  // namespace oktail
