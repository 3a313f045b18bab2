#pragma once

#include <oktail/core/error.hpp>

#include "core/log.hpp"
#include "metrics/by_name.hpp"
#include "metrics/status.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// When a route counts as stalled.
class StallRule {
public:
    StallRule() = default;
    StallRule(std::chrono::milliseconds stall_after, std::chrono::milliseconds longest_silence)
        : stall_after(stall_after), longest_silence(longest_silence) {}

    std::chrono::milliseconds stall_after{300'000};
    /// At the head of the log nothing comes for so long, and nothing is wrong.
    std::chrono::milliseconds longest_silence{30'000};
};

/// What every tenant and every route does right now. Happenings writes it; status, metrics and the stall watch read it.
/// Any thread.
class StatusBoard {
public:
    explicit StatusBoard(const Clock& clock) : clock_(clock) {}

    void route_added(const log::Scope& route, StallRule rule);
    void route_removed(const log::Scope& route);
    void tenant_removed(const log::Scope& tenant);

    void does(const log::Scope& route, Activity activity);
    /// It has found its place: everything up to `newest` was delivered before.
    void placed(const log::Scope& route, UtcTime newest);
    void delivered(const log::Scope& route, std::size_t events, std::size_t bytes, UtcTime newest);
    /// A page is done with, or Okta said that there is nothing new. `at_head`: there was no more behind it.
    void moved(const log::Scope& route, bool at_head);
    /// What it is busy with failed.
    void failed(const log::Scope& route, const Error& why);

    void answered(const log::Scope& tenant);
    /// `place`: of the credential that worked, from 0.
    void token_granted(const log::Scope& tenant, std::size_t place, UtcTime expires);
    enum class ClockChange : std::uint8_t { none, wrong, right_again };
    /// Our clock minus Okta's, in seconds; wrong from 30 on, and right again below 20.
    ClockChange clock_skew_seen(const log::Scope& tenant, double skew);
    void rate_limit_seen(const log::Scope& tenant, double remaining);
    void tenant_failed(const log::Scope& tenant, Reason reason, const std::string& what);

    /// A stall that began, changed its reason or ended since the last call.
    class Change {
    public:
        log::Scope route;
        Trouble trouble;  ///< reason none: it is over
        bool began = false;
        std::chrono::seconds lasted{};
    };
    /// Call it about once a second: rates are measured here, too.
    std::vector<Change> watch();

    Status status() const;

private:
    class Tenant {
    public:
        Trouble token_trouble;
        Trouble trouble;
        std::optional<UtcTime> token_expires;
        std::optional<std::size_t> credential;
        std::optional<double> clock_skew_seconds;
        bool is_clock_wrong = false;
        std::optional<double> rate_limit_remaining;
        std::optional<UtcTime> answered_at;
    };
    class Route {
    public:
        StallRule rule;
        RouteStatus shown;
        bool placed = false;
        bool at_head = false;
        SteadyTime moved_at;
        std::uint64_t events_seen = 0;  ///< by the last watch()
        Reason stalled_for = Reason::none;
    };

    Route* find(const log::Scope& route);
    void note(Trouble& trouble, Reason reason, const std::string& what);
    Trouble trouble_of(const Route& route) const;
    bool is_stalled(const Route& route, const Trouble& trouble) const;
    RouteStatus shown(const Route& route) const;

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, Tenant> tenants_;
    std::map<log::Scope, Route, ByName> routes_;
    SteadyTime watched_at_{};
};

}  // namespace oktail
