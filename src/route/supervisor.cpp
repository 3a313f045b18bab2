#include "route/supervisor.hpp"

#include "core/time_text.hpp"
#include "route/checkpoint_steps.hpp"
#include "route/route.hpp"

#include <algorithm>
#include <utility>

namespace oktail {

Supervisor::Supervisor(RouteSetup setup, PageSource& source, Sink& sink, CheckpointStore& checkpoints,
                       DeadLetters& dead_letters, Clock& clock, Happenings& happenings)
    : setup_(std::move(setup)), scope_(setup_.id.tenant(), setup_.id.sink()), source_(source), sink_(sink),
      checkpoints_(checkpoints), dead_letters_(dead_letters), clock_(clock), happenings_(happenings),
      backoff_(std::chrono::seconds(1), std::chrono::minutes(1), std::hash<std::string>()(scope_.sink + '\n' + scope_.tenant)) {
}

asio::awaitable<Result<void>> Supervisor::run(std::stop_token stop) {
    while (!stop.stop_requested()) {
        const SteadyTime started = clock_.now();
        const auto ended = co_await run_once(stop);
        if (!ended && ended.error().kind() == ErrorKind::fatal) co_return ended;
        if (stop.stop_requested()) break;
        // A route that ran for a while failed for a new reason.
        if (clock_.now() - started > std::chrono::minutes(5)) backoff_.reset();
        const auto wait = backoff_.next();
        if (!ended) happenings_.route_failed(scope_, ended.error(), wait);
        co_await nap_.until(clock_.now() + wait, clock_, stop);
    }
    co_return Result<void>();
}

void Supervisor::try_now() {
    backoff_.reset();
    nap_.wake();
}

asio::awaitable<Result<void>> Supervisor::run_once(std::stop_token stop) {
    happenings_.route_does(scope_, Activity::opening);
    auto writer = co_await sink_.open(setup_.id, setup_.tenant);
    if (!writer) co_return writer.error();
    happenings_.route_does(scope_, Activity::finding_place);
    auto at = co_await place(stop);
    if (!at) co_return at.error();
    if (const auto replay = std::exchange(setup_.replay, nullptr)) {
        happenings_.route_does(scope_, Activity::writing);
        at = co_await replay(**writer, std::move(*at), stop);
        if (!at) co_return at.error();
    }
    PageDelivery delivery(setup_.id, setup_.filter, setup_.max_event, **writer, dead_letters_, clock_, happenings_);
    Route route(setup_.id, source_, delivery, store(), clock_, happenings_);
    co_return co_await route.run(std::move(*at), stop);
}

/// Where to go on. Whatever changes the place is saved before the first request.
asio::awaitable<Result<Checkpoint>> Supervisor::place(std::stop_token stop) {
    auto loaded = co_await store().load(setup_.id);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return co_await first_checkpoint(stop);

    Checkpoint at = std::move(**loaded);
    const auto again = begin_again(at, setup_.query);
    if (!again) {
        happenings_.route_started(scope_, "its checkpoint", std::max(at.newest_published, at.caught_up_at));
        co_return at;
    }
    const auto now = co_await source_.okta_now(stop);
    if (!now) co_return now.error();
    const UtcTime since = std::max(again->since, earliest_start(std::min(*now, clock_.utc_now())));
    happenings_.begun_again(scope_, again->why, since);
    at.query = setup_.query;
    at = begun_again(std::move(at), source_.begin(since, setup_.query));
    auto saved = co_await store().save(setup_.id, at);
    if (!saved) co_return saved.error();
    happenings_.route_started(scope_, rfc3339(since), since);
    co_return at;
}

/// A route's first act: its beginning is saved, with the time fixed, before it asks for anything. So a route that is killed
/// while nothing happens begins there again, and not at a later "now".
asio::awaitable<Result<Checkpoint>> Supervisor::first_checkpoint(std::stop_token stop) {
    auto beginning = co_await setup_.beginning(stop);
    if (!beginning) co_return beginning.error();
    const UtcTime since = beginning->since;
    Checkpoint at;
    at.seq = 1;
    at.query = setup_.query;
    at.next = beginning->at.empty() ? source_.begin(since, setup_.query) : beginning->at;
    at.newest_published = since;
    auto saved = co_await store().save(setup_.id, at);
    if (!saved) co_return saved.error();
    happenings_.route_started(scope_, rfc3339(since), since);
    co_return at;
}

CheckpointStore& Supervisor::store() const {
    CheckpointStore* own = sink_.checkpoints();
    return own ? *own : checkpoints_;
}

}  // namespace oktail
