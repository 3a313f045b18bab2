#include "metrics/status_board.hpp"

#include <algorithm>
#include <cmath>

namespace oktail {
namespace {

constexpr double rate_window_seconds = 10;

Reason why_failed(Activity activity, ErrorKind kind) {
    switch (activity) {
        case Activity::opening: return kind == ErrorKind::rejected ? Reason::sink_refuses : Reason::sink_unavailable;
        case Activity::writing: return Reason::sink_unavailable;
        case Activity::setting_aside: return Reason::dead_letters_full;
        case Activity::saving: return Reason::state_unavailable;
        case Activity::finding_place:
            return kind == ErrorKind::unauthorized ? Reason::credentials_refused : Reason::state_unavailable;
        case Activity::fetching: break;
    }
    if (kind == ErrorKind::unauthorized) return Reason::credentials_refused;
    return kind == ErrorKind::rejected ? Reason::query_refused : Reason::okta_unreachable;
}

Reason pending(Activity activity) {
    switch (activity) {
        case Activity::opening: return Reason::open_pending;
        case Activity::writing:
        case Activity::setting_aside: return Reason::write_pending;
        case Activity::saving: return Reason::save_pending;
        default: return Reason::fetch_pending;
    }
}

/// Whether a route that does this waits for its tenant's requests.
bool needs_okta(Activity activity) { return activity == Activity::fetching || activity == Activity::finding_place; }

}  // namespace

void StatusBoard::route_added(const log::Scope& route, StallRule rule) {
    const std::lock_guard lock(mutex_);
    Route& added = routes_[route];
    added.rule = rule;
    added.shown.tenant = route.tenant;
    added.shown.sink = route.sink;
    added.moved_at = clock_.now();
    tenants_.try_emplace(route.tenant);
}

void StatusBoard::route_removed(const log::Scope& route) {
    const std::lock_guard lock(mutex_);
    routes_.erase(route);
}

void StatusBoard::tenant_removed(const log::Scope& tenant) {
    const std::lock_guard lock(mutex_);
    tenants_.erase(tenant.tenant);
}

void StatusBoard::does(const log::Scope& scope, Activity activity) {
    const std::lock_guard lock(mutex_);
    Route* const route = find(scope);
    if (!route) return;
    route->shown.activity = activity;
}

void StatusBoard::placed(const log::Scope& scope, UtcTime newest) {
    const std::lock_guard lock(mutex_);
    Route* const route = find(scope);
    if (!route) return;
    route->placed = true;
    route->shown.newest_published = std::max(newest, route->shown.newest_published.value_or(newest));
    route->shown.trouble = Trouble();
}

void StatusBoard::delivered(const log::Scope& scope, std::size_t events, std::size_t bytes, UtcTime newest) {
    const std::lock_guard lock(mutex_);
    Route* const route = find(scope);
    if (!route) return;
    route->shown.events += events;
    route->shown.bytes += bytes;
    route->shown.newest_published = std::max(newest, route->shown.newest_published.value_or(newest));
}

void StatusBoard::moved(const log::Scope& scope, bool at_head) {
    const std::lock_guard lock(mutex_);
    Route* const route = find(scope);
    if (!route) return;
    route->at_head = at_head;
    route->moved_at = clock_.now();
    route->shown.moved_at = clock_.utc_now();
    route->shown.trouble = Trouble();
}

void StatusBoard::failed(const log::Scope& scope, const Error& why) {
    const std::lock_guard lock(mutex_);
    Route* const route = find(scope);
    if (!route) return;
    note(route->shown.trouble, why_failed(route->shown.activity, why.kind()), why.what());
    route->shown.last_error = Trouble(route->shown.trouble.reason, why.what(), clock_.utc_now());
}

void StatusBoard::answered(const log::Scope& tenant) {
    const std::lock_guard lock(mutex_);
    const auto found = tenants_.find(tenant.tenant);
    if (found == tenants_.end()) return;
    found->second.trouble = Trouble();
    found->second.token_trouble = Trouble();
    found->second.answered_at = clock_.utc_now();
    // A route that was refused before is behind the others' answers: what Okta takes again, it takes from all.
    for (auto& [key, route] : routes_)
        if (key.tenant == tenant.tenant && route.shown.trouble.reason == Reason::credentials_refused)
            route.shown.trouble = Trouble();
}

void StatusBoard::token_granted(const log::Scope& tenant, std::size_t place, UtcTime expires) {
    const std::lock_guard lock(mutex_);
    const auto found = tenants_.find(tenant.tenant);
    if (found == tenants_.end()) return;
    found->second.token_trouble = Trouble();
    found->second.token_expires = expires;
    found->second.credential = place + 1;
}

StatusBoard::ClockChange StatusBoard::clock_skew_seen(const log::Scope& tenant, double skew) {
    const std::lock_guard lock(mutex_);
    const auto found = tenants_.find(tenant.tenant);
    if (found == tenants_.end()) return ClockChange::none;
    found->second.clock_skew_seconds = skew;
    const bool was_wrong = found->second.is_clock_wrong;
    found->second.is_clock_wrong = std::abs(skew) > (was_wrong ? 20 : 30);
    if (found->second.is_clock_wrong == was_wrong) return ClockChange::none;
    return was_wrong ? ClockChange::right_again : ClockChange::wrong;
}

void StatusBoard::rate_limit_seen(const log::Scope& tenant, double remaining) {
    const std::lock_guard lock(mutex_);
    const auto found = tenants_.find(tenant.tenant);
    if (found != tenants_.end()) found->second.rate_limit_remaining = remaining;
}

void StatusBoard::tenant_failed(const log::Scope& tenant, Reason reason, const std::string& what) {
    const std::lock_guard lock(mutex_);
    const auto found = tenants_.find(tenant.tenant);
    if (found == tenants_.end()) return;
    const bool token = reason == Reason::credentials_refused || reason == Reason::token_unavailable;
    note(token ? found->second.token_trouble : found->second.trouble, reason, what);
    for (auto& [key, route] : routes_)
        if (key.tenant == tenant.tenant && needs_okta(route.shown.activity))
            route.shown.last_error = Trouble(reason, what, clock_.utc_now());
}

std::vector<StatusBoard::Change> StatusBoard::watch() {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.now();
    const double passed = std::chrono::duration<double>(now - std::exchange(watched_at_, now)).count();
    std::vector<Change> changes;
    for (auto& [key, route] : routes_) {
        const auto came = static_cast<double>(route.shown.events - std::exchange(route.events_seen, route.shown.events));
        const double share = 1 - std::exp(-passed / rate_window_seconds);
        if (passed > 0) route.shown.events_per_second += (came / passed - route.shown.events_per_second) * share;

        const Trouble trouble = trouble_of(route);
        const Reason stalled_for = is_stalled(route, trouble) ? trouble.reason : Reason::none;
        const Reason before = std::exchange(route.stalled_for, stalled_for);
        if (before == stalled_for) continue;
        Change change;
        change.route = key;
        if (stalled_for != Reason::none) change.trouble = trouble;
        change.began = before == Reason::none;
        change.lasted = std::chrono::duration_cast<std::chrono::seconds>(now - route.moved_at);
        changes.push_back(std::move(change));
    }
    return changes;
}

Status StatusBoard::status() const {
    const std::lock_guard lock(mutex_);
    Status all;
    for (const auto& [name, tenant] : tenants_) {
        TenantStatus shown;
        shown.name = name;
        shown.trouble = tenant.token_trouble.reason != Reason::none ? tenant.token_trouble : tenant.trouble;
        shown.token_expires = tenant.token_expires;
        shown.credential = tenant.credential;
        shown.clock_skew_seconds = tenant.clock_skew_seconds;
        shown.rate_limit_remaining = tenant.rate_limit_remaining;
        shown.answered_at = tenant.answered_at;
        all.tenants.push_back(std::move(shown));
    }
    for (const auto& [key, route] : routes_) all.routes.push_back(shown(route));
    return all;
}

StatusBoard::Route* StatusBoard::find(const log::Scope& route) {
    const auto found = routes_.find(route);
    return found == routes_.end() ? nullptr : &found->second;
}

/// The same trouble goes on: it began when it began.
void StatusBoard::note(Trouble& trouble, Reason reason, const std::string& what) {
    const UtcTime since = trouble.reason == reason ? trouble.since : clock_.utc_now();
    trouble = Trouble(reason, what, since);
}

/// The route's own, else its tenant's where it waits for Okta, else what it is busy with for too long.
Trouble StatusBoard::trouble_of(const Route& route) const {
    if (route.shown.trouble.reason != Reason::none) return route.shown.trouble;
    if (needs_okta(route.shown.activity)) {
        const auto tenant = tenants_.find(route.shown.tenant);
        if (tenant != tenants_.end() && tenant->second.token_trouble.reason != Reason::none)
            return tenant->second.token_trouble;
        if (tenant != tenants_.end() && tenant->second.trouble.reason != Reason::none) return tenant->second.trouble;
    }
    const auto silent = clock_.now() - route.moved_at;
    const bool idle = needs_okta(route.shown.activity) && silent <= 2 * route.rule.longest_silence;
    if (idle || silent < route.rule.stall_after) return {};
    const auto since = clock_.utc_now() - std::chrono::floor<std::chrono::milliseconds>(silent);
    return Trouble(pending(route.shown.activity), "", since);
}

bool StatusBoard::is_stalled(const Route& route, const Trouble& trouble) const {
    return trouble.reason != Reason::none && clock_.now() - route.moved_at >= route.rule.stall_after;
}

RouteStatus StatusBoard::shown(const Route& route) const {
    RouteStatus shown = route.shown;
    shown.trouble = trouble_of(route);
    if (is_stalled(route, shown.trouble)) shown.state = RouteState::stalled;
    else if (shown.trouble.reason != Reason::none) shown.state = RouteState::waiting;
    else shown.state = route.placed ? RouteState::running : RouteState::starting;

    const bool caught_up = route.at_head && shown.activity == Activity::fetching && shown.trouble.reason == Reason::none;
    const auto age = [&](UtcTime time) { return std::chrono::duration<double>(clock_.utc_now() - time).count(); };
    if (caught_up) shown.lag_seconds = 0;
    else if (shown.newest_published) shown.lag_seconds = std::max(0.0, age(*shown.newest_published));
    return shown;
}

}  // namespace oktail
