#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "core/log.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace oktail {

/// Everything worth noting, each in one place: it logs the line and moves the counters, so they cannot drift apart.
/// Labels come from the configuration and from enums only. Any thread.
class Happenings {
public:
    Happenings();
    Happenings(const Happenings&) = delete;
    Happenings& operator=(const Happenings&) = delete;
    ~Happenings();

    // A tenant's fetching. `outcome` is an enumerator's name.
    void request_answered(const log::Scope& tenant, std::string_view outcome, std::chrono::nanoseconds took);
    void page_fetched(const log::Scope& tenant, std::size_t events, std::size_t bytes);
    void fetch_failed(const log::Scope& tenant, const Error& why, std::chrono::milliseconds retry_in);
    void rate_limited(const log::Scope& tenant, std::string_view kind, std::chrono::milliseconds wait);
    void rate_limit_seen(const log::Scope& tenant, double remaining);
    void link_missing(const log::Scope& tenant);

    // A tenant's access token; never the token itself. `credential` says which of the configured ones worked.
    void token_granted(const log::Scope& tenant, std::string_view credential, std::chrono::seconds lifetime, UtcTime expires);
    void token_not_granted(const log::Scope& tenant, const Error& why, std::chrono::milliseconds retry_in);

    // A route's delivery.
    void page_delivered(const log::Scope& route, std::size_t events, std::size_t bytes, std::chrono::milliseconds latency);
    void duplicates_dropped(const log::Scope& route, std::size_t events);
    void write_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in);
    void dead_letter(const log::Scope& route, std::string_view reason);
    void gap_suspected(const log::Scope& route, UtcTime from, UtcTime to);
    void begun_again(const log::Scope& route, std::string_view why, UtcTime since);
    void route_started(const log::Scope& route, std::string_view where);
    void route_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in);
    void checkpoint_saved();

    /// The Prometheus text format.
    std::string metrics_text() const;

private:
    struct Registry;
    std::unique_ptr<Registry> registry_;
};

}  // namespace oktail
