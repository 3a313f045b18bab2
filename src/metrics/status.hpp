#pragma once

#include <oktail/core/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// What a route is busy with.
enum class Activity : std::uint8_t {
    opening,        ///< its sink
    finding_place,  ///< its checkpoint, or its beginning by Okta's clock
    fetching,
    writing,
    setting_aside,  ///< an event into the dead letters
    saving,         ///< its checkpoint
};

/// Why a route does not move: the whole list. Logs, status, metrics and docs/operations.md use these words.
enum class Reason : std::uint8_t {
    none,
    credentials_refused,  ///< Okta refuses the client, its token, its scope or its role
    token_unavailable,    ///< the token endpoint does not answer as it should
    okta_unreachable,     ///< the System Log does not answer as it should
    proxy_unavailable,    ///< the proxy on the way to Okta does not answer, or does not let us through
    rate_limited,         ///< Okta said when to come back
    page_unusable,        ///< Okta's answer is no page, or leads elsewhere
    query_refused,        ///< Okta refuses the query: the filter
    sink_unavailable,     ///< the sink cannot be opened or written now
    sink_refuses,         ///< the sink will never take this route
    dead_letters_full,    ///< an event must be set aside, and there is no room
    state_unavailable,    ///< the checkpoint cannot be loaded or saved now
    // Nothing failed, but something takes too long.
    open_pending,
    fetch_pending,
    write_pending,
    save_pending,
};

/// The enumerator's own name.
std::string_view to_string(Activity activity) noexcept;
std::string_view to_string(Reason reason) noexcept;

/// What keeps somebody from going on, and since when.
class Trouble {
public:
    Trouble() = default;
    Trouble(Reason reason, std::string what, UtcTime since) : reason(reason), what(std::move(what)), since(since) {}

    Reason reason = Reason::none;
    std::string what;  ///< for people; empty where only something takes too long
    UtcTime since{};
};

enum class RouteState : std::uint8_t {
    starting,  ///< has not found its place yet
    running,
    waiting,  ///< in trouble, for less than `stall_after`
    stalled,
};
std::string_view to_string(RouteState state) noexcept;

/// A route at a moment.
class RouteStatus {
public:
    std::string tenant;
    std::string sink;
    RouteState state = RouteState::starting;
    Activity activity = Activity::opening;
    Trouble trouble;  ///< reason none: there is none
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    double events_per_second = 0;             ///< over the last 10 s or so
    std::optional<double> lag_seconds;        ///< now minus the newest event delivered; 0 when caught up
    std::optional<UtcTime> newest_published;  ///< of what was delivered
    std::optional<UtcTime> moved_at;          ///< when it last delivered, or was told that there is nothing new
    std::optional<Trouble> last_error;        ///< kept when it is over
};

/// A tenant at a moment.
class TenantStatus {
public:
    std::string name;
    Trouble trouble;
    std::optional<UtcTime> token_expires;
    std::optional<std::size_t> credential;     ///< which of the configured ones got the token, from 1
    std::optional<double> clock_skew_seconds;  ///< our clock minus Okta's
    std::optional<double> rate_limit_remaining;
    std::optional<UtcTime> answered_at;  ///< the last good answer of the System Log
};

/// All of them, by name.
class Status {
public:
    std::vector<TenantStatus> tenants;
    std::vector<RouteStatus> routes;
};

}  // namespace oktail
