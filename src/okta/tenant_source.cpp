#include "okta/tenant_source.hpp"

#include "okta/logs_request.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace oktail {
namespace {

constexpr std::size_t most_cached_bytes = 16U * 1024 * 1024;
/// Read ahead only while the budget has this much to spare.
constexpr std::size_t room_to_read_ahead = 8U * 1024 * 1024;
/// An answer of "nothing new" goes back to the route at least this often, so that it can note the time.
constexpr std::chrono::seconds longest_silence{30};

/// So often is a page asked for that Okta gives up on, before it is asked for in smaller ones.
constexpr int patience_with_heavy_pages = 3;
constexpr std::size_t least_limit = 50;

/// How many events make a page full: the `limit` frozen into the cursor.
std::size_t limit_of(const Cursor& cursor) {
    constexpr std::string_view name = "limit=";
    const std::string_view target = cursor.target();
    std::size_t limit = most_on_a_page;
    for (std::size_t at = target.find(name); at != std::string_view::npos; at = target.find(name, at + 1)) {
        if (target[at - 1] != '?' && target[at - 1] != '&') continue;
        std::from_chars(target.data() + at + name.size(), target.data() + target.size(), limit);
    }
    return limit;
}

bool came_from_a_link(const Cursor& cursor) { return cursor.target().find("after=") != std::string::npos; }

}  // namespace

TenantSource::TenantSource(Settings settings, Query query, LogsClient& logs, Authorizer& authorizer, ByteBudget& memory,
                           Clock& clock, asio::any_io_executor executor)
    : settings_(settings), limit_(most_on_a_page), query_(std::move(query)), logs_(logs), authorizer_(authorizer),
      memory_(memory), clock_(clock), pace_(settings.min_interval, settings.max_interval), cache_(most_cached_bytes),
      refusal_backoff_(std::chrono::seconds(10), std::chrono::minutes(5), std::hash<std::string>()(query_.origin())),
      reclaimer_(memory, executor, [this] { cache_.clear(); }), tasks_(executor) {}

TenantSource::~TenantSource() = default;

void TenantSource::start(std::stop_token stop) { tasks_.spawn(serve(std::move(stop))); }

Cursor TenantSource::begin(UtcTime since, const Query& query) const { return first_cursor(since, query, limit_); }

Cursor TenantSource::head() const {
    const LogEnds::End* end = ends_.newest();
    return end && clock_.now() - end->asked_at <= std::chrono::minutes(1) ? end->at : Cursor();
}

asio::awaitable<Result<UtcTime>> TenantSource::okta_now(std::stop_token stop) {
    auto headers = co_await authorizer_.authorize(Method::get, query_.origin(), std::move(stop));
    if (!headers) co_return headers.error();
    co_return authorizer_.server_now();
}

asio::awaitable<Result<PagePtr>> TenantSource::fetch(Cursor from, std::stop_token stop) {
    if (PagePtr cached = cache_.take(from)) {
        if (cached->size() >= limit_of(from)) read_ahead(cached->next());
        co_return cached;
    }
    if (refusal_ && clock_.now() < refusal_->until) co_return refusal_->why;
    const DemandPtr demand = demand_for(from);
    ++demand->waiters;
    const auto leave = [](Demand* left) { --left->waiters; };
    const std::unique_ptr<Demand, decltype(leave)> guard(demand.get(), leave);
    wake();
    while (!demand->answer && !stop.stop_requested()) co_await demand->answered.wait(stop);
    if (!demand->answer) co_return Error(ErrorKind::stopped, "stopped while waiting for events");
    co_return *demand->answer;
}

/// The one loop that asks Okta. Decisions are next_demand()'s and Pace's.
asio::awaitable<void> TenantSource::serve(std::stop_token stop) {
    while (!stop.stop_requested()) {
        std::erase_if(demands_, [](const DemandPtr& left) { return left->waiters == 0 && !left->ahead; });
        auto [demand, due] = next_demand();
        if (!demand) {
            co_await demanded_.wait(stop);
        } else if (due > clock_.now()) {
            co_await nap_.until(due, clock_, stop);
        } else {
            co_await serve_one(demand, stop);
        }
    }
}

/// An end of the log first when it is due; otherwise who has waited longest.
std::pair<TenantSource::DemandPtr, SteadyTime> TenantSource::next_demand() const {
    DemandPtr laggard;
    for (const DemandPtr& demand : demands_)
        if (!laggard && !ends_.find(demand->from)) laggard = demand;

    DemandPtr next = laggard;
    SteadyTime due = laggard ? clock_.now() : SteadyTime::max();
    for (const DemandPtr& demand : demands_) {
        const LogEnds::End* end = ends_.find(demand->from);
        if (!end) continue;
        const SteadyTime beside = laggard ? end->asked_at + Pace::head_interval_beside_laggards : end->due;
        const SteadyTime at = std::max(end->due, beside);
        if (at > due) continue;
        next = demand;
        due = at;
    }
    return {next, std::max(due, pace_.allowed())};
}

/// Whether more follows at once. A page that is not full is the head of the log; what is behind a full one is not known yet.
bool TenantSource::is_full(const Cursor& from, Page& page) {
    if (auto meeting = ends_.meeting(from, page)) {
        page.end_behind(meeting->events, std::move(meeting->at));
        ends_.left(from);
        return false;
    }
    const bool moved = page.next() != from;
    if (moved && page.size() >= limit_of(from)) {
        ends_.left(from);
        ends_.left(page.next());
        return true;
    }
    const SteadyTime now = clock_.now();
    ends_.moved(from, page, now, pace_.end_answered(page.empty() || !moved, now), settings_.routes + 1);
    return false;
}

asio::awaitable<void> TenantSource::serve_one(DemandPtr demand, std::stop_token stop) {
    pace_.asked(clock_.now());
    demand->ahead = false;
    LogsAnswer got = co_await logs_.ask(demand->from, stop);
    pace_.leave_between(request_interval(logs_.seen_rate_limit(), settings_.rate_limit_share));
    switch (got.kind) {
        case LogsAnswer::Kind::page: page_came(demand, std::move(got.page)); break;
        case LogsAnswer::Kind::hold:
            pace_.hold(clock_.now() + got.wait);
            if (got.too_heavy) page_is_too_heavy(demand, got.why);
            break;
        case LogsAnswer::Kind::unauthorized: answer_all(got.why); break;
        case LogsAnswer::Kind::forbidden: refuse_all(got.why); break;
        case LogsAnswer::Kind::refused: co_await find_out_what_is_refused(demand, got.why, stop); break;
        case LogsAnswer::Kind::new_token:
        case LogsAnswer::Kind::stopped: break;
    }
}

/// Fewer events at a time may do, which only a new query can ask for: next links repeat the limit.
void TenantSource::page_is_too_heavy(const DemandPtr& demand, const Error& why) {
    const std::size_t limit = limit_of(demand->from);
    if (++demand->heavy_answers < patience_with_heavy_pages || limit <= least_limit) return;
    limit_ = std::max(least_limit, std::min(limit_, limit / 2));
    lose_cursor(demand, "pages of " + std::to_string(limit) + " events are too much: " + why.what());
}

void TenantSource::page_came(const DemandPtr& demand, std::shared_ptr<Page> page) {
    refusal_backoff_.reset();
    const bool full = is_full(demand->from, *page);
    page->set_has_more(full);
    const bool moved = page->next() != demand->from;
    const auto silence = std::max<SteadyTime::duration>(longest_silence, settings_.max_interval);
    if (page->empty() && !moved && clock_.now() - demand->asked_at < silence) return;

    // Others that will come by: the routes that are not among the waiters; or whoever it was read ahead for.
    const std::size_t others = settings_.routes - std::min(settings_.routes, demand->waiters);
    if (!page->empty() && moved) cache_.put(demand->from, page, others);
    const Cursor next = page->next();
    const bool wanted = demand->waiters != 0;
    answer(demand, std::move(page));
    // One page ahead of a route, no more: what was read ahead waits until it is asked for.
    if (full && wanted) read_ahead(next);
}

void TenantSource::read_ahead(const Cursor& next) {
    if (cache_.holds(next) || memory_.used() + room_to_read_ahead > memory_.limit()) return;
    demand_for(next)->ahead = true;
    wake();
}

/// A 400 is ambiguous: a fresh query tells whether it is the cursor or the query itself that Okta refuses.
asio::awaitable<void> TenantSource::find_out_what_is_refused(DemandPtr demand, Error why, std::stop_token stop) {
    ErrorKind kind = ErrorKind::rejected;
    if (came_from_a_link(demand->from)) {
        const UtcTime recently = authorizer_.server_now() - std::chrono::minutes(1);
        LogsAnswer probe = co_await logs_.ask(first_cursor(recently, query_), stop);
        if (probe.kind == LogsAnswer::Kind::hold) pace_.hold(clock_.now() + probe.wait);
        if (probe.kind == LogsAnswer::Kind::unauthorized) answer_all(probe.why);
        if (probe.kind == LogsAnswer::Kind::forbidden) refuse_all(probe.why);
        if (probe.kind == LogsAnswer::Kind::page) kind = ErrorKind::cursor_lost;
        else if (probe.kind != LogsAnswer::Kind::refused) co_return;
    }
    if (kind == ErrorKind::cursor_lost) lose_cursor(demand, "Okta no longer knows the cursor: " + why.what());
    else answer(demand, Error(kind, why.what()));
}

/// It is no end of the log any more: the new query would meet it there, and be led back.
void TenantSource::lose_cursor(const DemandPtr& demand, std::string why) {
    ends_.left(demand->from);
    answer(demand, Error(ErrorKind::cursor_lost, std::move(why)));
}

void TenantSource::credentials_changed() {
    refusal_.reset();
    refusal_backoff_.reset();
}

TenantSource::DemandPtr TenantSource::demand_for(const Cursor& from) {
    const auto same = [&from](const DemandPtr& demand) { return demand->from == from; };
    const auto it = std::find_if(demands_.begin(), demands_.end(), same);
    if (it != demands_.end()) return *it;
    demands_.push_back(std::make_shared<Demand>(from, clock_.now()));
    return demands_.back();
}

void TenantSource::answer(const DemandPtr& demand, Result<PagePtr> with) {
    demand->answer.emplace(std::move(with));
    demand->answered.notify();
    demands_.remove(demand);
}

void TenantSource::answer_all(const Error& why) {
    while (!demands_.empty()) {
        const DemandPtr first = demands_.front();
        answer(first, why);
    }
}

void TenantSource::refuse_all(const Error& why) {
    refusal_ = Refusal{why, clock_.now() + refusal_backoff_.next()};
    answer_all(why);
}

void TenantSource::wake() {
    demanded_.notify();
    nap_.wake();
}

}  // namespace oktail
