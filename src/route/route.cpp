#include "route/route.hpp"

#include "route/checkpoint_steps.hpp"
#include "route/place_search.hpp"

#include <algorithm>
#include <utility>

namespace oktail {
namespace {

/// How long a checkpoint that only says "nothing new" may stay unsaved.
constexpr std::chrono::minutes idle_save_interval{1};

}  // namespace

Route::Route(RouteId id, PageSource& source, PageDelivery& delivery, CheckpointStore& checkpoints, Clock& clock,
             Happenings& happenings)
    : id_(std::move(id)), scope_(id_.tenant(), id_.sink()), source_(source), delivery_(delivery), checkpoints_(checkpoints),
      clock_(clock), happenings_(happenings),
      circle_backoff_(std::chrono::seconds(5), std::chrono::minutes(5), std::hash<std::string>()(id_.tenant())),
      save_backoff_(std::chrono::seconds(1), std::chrono::minutes(1), std::hash<std::string>()(id_.tenant() + id_.sink())) {}

asio::awaitable<Result<void>> Route::run(Checkpoint at, std::stop_token stop) {
    saved_at_ = clock_.now();
    for (;;) {
        happenings_.route_does(scope_, Activity::fetching);
        auto page = co_await source_.fetch(at.next, stop);
        if (!page && page.error().kind() == ErrorKind::cursor_lost) {
            auto found = co_await find_place_again(at, page.error(), stop);
            if (!found) co_return co_await ended(found.error(), at, stop);
            at = std::move(*found);
            circle_ = LinkCircle();
            continue;
        }
        if (!page) co_return co_await ended(page.error(), at, stop);

        told_of_loss(at, (*page)->fetched_at());
        const bool at_head = !(*page)->has_more();
        const bool has_events = !(*page)->empty();
        if (has_events && circle_.closes(at.next, (*page)->next())) {
            page->reset();
            auto out = co_await wait_for_a_way_out(at.next, stop);
            if (!out) co_return co_await ended(out.error(), at, stop);
            continue;
        }
        const Cursor from = at.next;
        auto done = co_await delivery_.deliver(std::move(*page), at, stop);
        if (!done) co_return done.error();
        at = done->at;
        auto settled = co_await settle(*done, stop);
        if (!settled) co_return settled.error();
        if (!done->is_past_page()) continue;
        if (has_events) circle_.passed(from, at.next);
        happenings_.route_moved(scope_, at_head);
    }
}

/// Goes round without delivering, slowly, until a link leads elsewhere. Then the route goes on where it stands: what it has
/// not seen lies behind a place that it knows, and one more round is repeated rather than skipped.
asio::awaitable<Result<void>> Route::wait_for_a_way_out(Cursor from, std::stop_token stop) {
    for (;;) {
        const auto wait = circle_backoff_.next();
        happenings_.fetch_failed(log::Scope(id_.tenant()), Reason::page_unusable,
                                 Error(ErrorKind::transient, "the next links lead in a circle"), wait);
        co_await clock_.sleep_for(wait, stop);
        Cursor at = from;
        for (std::size_t step = 0; step < LinkCircle::most_places && (step == 0 || at != from); ++step) {
            auto page = co_await source_.fetch(at, stop);
            if (!page) co_return page.error();
            at = (*page)->next();
            if (!(*page)->empty() && circle_.knows(at)) continue;
            circle_ = LinkCircle();
            circle_backoff_.reset();
            co_return Result<void>();
        }
    }
}

/// Saves what has to be saved after a page, and waits where the sink needs time.
asio::awaitable<Result<void>> Route::settle(const Delivered& done, std::stop_token stop) {
    using Step = Delivered::Step;
    if (done.saved) {
        unsaved_ = false;
        saved_at_ = clock_.now();
        happenings_.checkpoint_saved();
        co_return Result<void>();
    }
    unsaved_ = true;
    // Only "nothing new": a checkpoint that goes back costs one request.
    if (done.step == Step::nothing && clock_.now() - saved_at_ < idle_save_interval) co_return Result<void>();
    auto saved = co_await save(done.at, stop);
    if (!saved) co_return saved;
    if (done.step == Step::stopped) co_return Error(ErrorKind::stopped, "stopped between two tries");
    if (done.step == Step::let_go) co_await clock_.sleep_for(done.wait, stop);
    co_return Result<void>();
}

/// A full disk is waited for right here: a route that began anew from the checkpoint that it has would deliver the page again,
/// with every try.
asio::awaitable<Result<void>> Route::save(Checkpoint at, std::stop_token stop) {
    for (;;) {
        happenings_.route_does(scope_, Activity::saving);
        auto saved = co_await checkpoints_.save(id_, at);
        if (saved) {
            unsaved_ = false;
            saved_at_ = clock_.now();
            save_backoff_.reset();
            happenings_.checkpoint_saved();
            co_return saved;
        }
        if (saved.error().kind() != ErrorKind::transient || stop.stop_requested()) co_return saved;
        const auto wait = save_backoff_.next();
        happenings_.route_failed(scope_, saved.error(), wait);
        co_await clock_.sleep_for(wait, stop);
    }
}

/// The last act: what is not saved yet is saved, whatever ends the route.
asio::awaitable<Result<void>> Route::ended(Error why, Checkpoint at, std::stop_token stop) {
    if (unsaved_) {
        auto saved = co_await save(std::move(at), std::move(stop));
        if (!saved) co_return saved.error();
        happenings_.route_does(scope_, Activity::fetching);  // which is what failed
    }
    co_return why;
}

/// Whether Okta has dropped events that were not delivered; once for each life of the route, since it may take a while to
/// move on.
bool Route::told_of_loss(const Checkpoint& at, UtcTime okta_now) {
    const auto gap = lost_to_retention(at, okta_now);
    if (gap && !std::exchange(told_of_loss_, true)) happenings_.lost_to_retention(scope_, gap->from, gap->to);
    return gap.has_value();
}

/// The cursor is of no use any more: look, without delivering, from a while before the last event, for the first one that the
/// checkpoint knows. The route goes on there, and the checkpoint says of each event whether it is done with (ADR 22). Not
/// found, it delivers all that the checkpoint does not know, and says so.
asio::awaitable<Result<Checkpoint>> Route::find_place_again(Checkpoint at, Error why, std::stop_token stop) {
    const auto okta_now = co_await source_.okta_now(stop);
    if (!okta_now) co_return okta_now.error();
    // A server whose clock is months ahead must not make us skip what Okta still has: the earlier clock costs a request.
    const UtcTime now = std::min(*okta_now, clock_.utc_now());
    const UtcTime since = std::max(since_of_lost_cursor(at), earliest_start(now));
    happenings_.begun_again(scope_, why.what(), since);
    const Cursor beginning = source_.begin(since, at.query);
    at = begun_again(std::move(at), beginning);
    const bool can_be_found = !told_of_loss(at, now) && must_be_found(at, since);
    PlaceSearch search(at.tail);
    const UtcTime end = end_of_search(at);
    LinkCircle circle;
    while (can_be_found) {
        happenings_.route_does(scope_, Activity::fetching);
        auto page = co_await source_.fetch(at.next, stop);
        if (!page) co_return page.error();
        const Page& seen = **page;
        if (const auto before = search.look_at(seen)) {
            at = found_again(std::move(at), seen, *before);
            break;
        }
        // Events without a link are no end of the log: the source asks for them again. A busy log has no end at all.
        const bool is_past = seen.next() != at.next && is_of_later(seen, end);
        if (seen.empty() || is_past || circle.closes(at.next, seen.next())) {
            happenings_.gap_suspected(scope_, since, seen.fetched_at());
            at.next = beginning;
            break;
        }
        circle.passed(at.next, seen.next());
        at.next = seen.next();
    }
    auto saved = co_await save(at, stop);
    if (!saved) co_return saved.error();
    co_return at;
}

}  // namespace oktail
