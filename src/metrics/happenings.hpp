#pragma once

#include <oktail/core/byte_budget.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "core/log.hpp"
#include "metrics/request_outcome.hpp"
#include "metrics/status_board.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace oktail {

class Instruments;

/// Everything worth noting, each in one place: it logs the line, moves the counters and changes the status, so they cannot
/// drift apart. Labels come from the configuration and from enums only. Any thread.
class Happenings {
public:
    explicit Happenings(const Clock& clock);
    Happenings(const Happenings&) = delete;
    Happenings& operator=(const Happenings&) = delete;
    ~Happenings();

    /// What the metrics say of the program itself; before anybody asks for them. `memory` outlives it.
    void describe_program(std::string version, const ByteBudget& memory);

    // What there is to watch and to count: the counters of a route and its tenant are there, at zero, from the moment it is
    // added until it is removed.
    void route_added(const log::Scope& route, StallRule rule);
    void route_removed(const log::Scope& route);
    void tenant_removed(const log::Scope& tenant);

    // A tenant's fetching.
    void request_answered(const log::Scope& tenant, RequestOutcome outcome, std::chrono::nanoseconds took);
    void page_fetched(const log::Scope& tenant, std::size_t events, std::size_t bytes);
    void fetch_failed(const log::Scope& tenant, Reason reason, const Error& why, std::chrono::milliseconds retry_in);
    void rate_limited(const log::Scope& tenant, std::string_view kind, std::chrono::milliseconds wait);
    void rate_limit_seen(const log::Scope& tenant, double remaining);
    void link_missing(const log::Scope& tenant);

    // A tenant's access token; never the token itself.
    void token_requested(const log::Scope& tenant, TokenRequestOutcome outcome);
    void token_revoked(const log::Scope& tenant, bool succeeded);
    /// `place` among the configured credentials, from 0, and `credential` for people, say which one worked.
    void token_granted(const log::Scope& tenant, std::size_t place, std::string_view credential, bool is_bound,
                       std::chrono::seconds lifetime, UtcTime expires);
    /// One of several; the others are tried.
    void credential_refused(const log::Scope& tenant, std::string_view credential, std::string_view why);
    void token_not_granted(const log::Scope& tenant, Reason reason, const Error& why, std::chrono::milliseconds retry_in);

    /// Our clock minus Okta's.
    void clock_skew_seen(const log::Scope& tenant, std::chrono::milliseconds skew);

    // A route's delivery.
    void route_does(const log::Scope& route, Activity activity) { board_.does(route, activity); }
    /// A page of so many events begins its way to the sink; so many of them the route does not want.
    void page_taken(const log::Scope& route, std::size_t events, std::size_t filtered);
    /// So many events of the page that was taken last will come again.
    void page_let_go(const log::Scope& route, std::size_t events);
    /// `newest`: the latest `published` among them.
    void events_delivered(const log::Scope& route, std::size_t events, std::size_t bytes, UtcTime newest);
    /// The page is done with. `at_head`: there was no more behind it.
    void route_moved(const log::Scope& route, bool at_head) { board_.moved(route, at_head); }
    void duplicates_dropped(const log::Scope& route, std::size_t events);
    void write_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in);
    void dead_letter(const log::Scope& route, std::string_view reason);
    /// Dead letters were offered again; `refused` of them stay. `ended`: why not all were, or nothing.
    void dead_letters_replayed(const log::Scope& route, std::size_t delivered, std::size_t bytes, std::size_t refused,
                               const Error* ended);
    void gap_suspected(const log::Scope& route, UtcTime from, UtcTime to);
    void lost_to_retention(const log::Scope& route, UtcTime from, UtcTime to);
    void begun_again(const log::Scope& route, std::string_view why, UtcTime since);
    /// `delivered`: up to when all is safe already.
    void route_started(const log::Scope& route, std::string_view where, UtcTime delivered);
    void route_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in);
    void checkpoint_saved();

    /// Notes which routes stand still, and which do no longer. Call it once a second.
    void watch_for_stalls();

    Status status() const { return board_.status(); }
    /// The Prometheus text format.
    std::string metrics_text() const;

private:
    const Clock& clock_;
    UtcTime started_at_;
    std::string version_;
    const ByteBudget* memory_ = nullptr;
    StatusBoard board_;
    std::unique_ptr<Instruments> instruments_;
};

}  // namespace oktail
