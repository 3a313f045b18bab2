#include "metrics/happenings.hpp"

#include "core/time_text.hpp"
#include "metrics/gauges.hpp"
#include "metrics/instruments.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>

namespace oktail {
namespace {

using OfTenant = Instruments::OfTenant;
using OfRoute = Instruments::OfRoute;

void add(prometheus::Counter& counter, std::size_t n) { counter.Increment(static_cast<double>(n)); }

void append(std::vector<prometheus::MetricFamily>& all, std::vector<prometheus::MetricFamily> more) {
    std::ranges::move(more, std::back_inserter(all));
}

}  // namespace

Happenings::Happenings(const Clock& clock)
    : clock_(clock), started_at_(clock.utc_now()), board_(clock), instruments_(std::make_unique<Instruments>()) {}
Happenings::~Happenings() = default;

void Happenings::describe_program(std::string version, const ByteBudget& memory) {
    version_ = std::move(version);
    memory_ = &memory;
}

void Happenings::route_added(const log::Scope& route, StallRule rule) {
    board_.route_added(route, rule);
    instruments_->route_added(route);
}

void Happenings::route_removed(const log::Scope& route) {
    board_.route_removed(route);
    instruments_->route_removed(route);
}

void Happenings::tenant_removed(const log::Scope& tenant) {
    board_.tenant_removed(tenant);
    instruments_->tenant_removed(tenant);
}

void Happenings::request_answered(const log::Scope& tenant, RequestOutcome outcome, std::chrono::nanoseconds took) {
    instruments_->tenant(tenant, [&](OfTenant& of) { of.requests.of(to_string(outcome)).Increment(); });
    instruments_->request_duration().Observe(std::chrono::duration<double>(took).count());
}

void Happenings::page_fetched(const log::Scope& tenant, std::size_t events, std::size_t bytes) {
    instruments_->tenant(tenant, [](OfTenant& of) { of.pages->Increment(); });
    board_.answered(tenant);
    if (log::enabled(log::Level::debug)) log::debug(tenant, "page fetched", {{"events", events}, {"bytes", bytes}});
}

void Happenings::fetch_failed(const log::Scope& tenant, Reason reason, const Error& why, std::chrono::milliseconds retry_in) {
    board_.tenant_failed(tenant, reason, why.what());
    log::warn(tenant, "fetching failed, the cursor stays",
              {{"reason", to_string(reason)}, {"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::rate_limited(const log::Scope& tenant, std::string_view kind, std::chrono::milliseconds wait) {
    instruments_->tenant(tenant, [&](OfTenant& of) { of.waits.of(kind).Increment(); });
    board_.tenant_failed(tenant, Reason::rate_limited, "Okta's rate limit is reached (" + std::string(kind) + ")");
    log::warn(tenant, "Okta's rate limit is reached, waiting", {{"kind", kind}, {"wait_ms", wait.count()}});
}

void Happenings::rate_limit_seen(const log::Scope& tenant, double remaining) { board_.rate_limit_seen(tenant, remaining); }

void Happenings::link_missing(const log::Scope& tenant) {
    log::warn(tenant, "Okta sent events without a next link to another place; asking again at the same one");
}

void Happenings::token_requested(const log::Scope& tenant, TokenRequestOutcome outcome) {
    instruments_->tenant(tenant, [&](OfTenant& of) { of.own_grants.of(to_string(outcome)).Increment(); });
}

void Happenings::token_revoked(const log::Scope& tenant, bool succeeded) {
    if (succeeded) log::info(tenant, "access token revoked");
    else log::warn(tenant, "the access token could not be revoked; it ends by itself within the hour");
}

void Happenings::token_granted(const log::Scope& tenant, std::size_t place, std::string_view credential, bool is_bound,
                               std::chrono::seconds lifetime, UtcTime expires) {
    instruments_->tenant(tenant, [](OfTenant& of) { of.grants.of("granted").Increment(); });
    board_.token_granted(tenant, place, expires);
    log::info(tenant, "access token granted",
              {{"credential", credential}, {"lifetime_s", lifetime.count()}, {"type", is_bound ? "DPoP" : "Bearer"}});
}

void Happenings::credential_refused(const log::Scope& tenant, std::string_view credential, std::string_view why) {
    log::warn(tenant, "a credential was refused, trying the others", {{"credential", credential}, {"why", why}});
}

void Happenings::token_not_granted(const log::Scope& tenant, Reason reason, const Error& why,
                                   std::chrono::milliseconds retry_in) {
    instruments_->tenant(tenant, [&](OfTenant& of) { of.grants.of(to_string(why.kind())).Increment(); });
    board_.tenant_failed(tenant, reason, why.what());
    log::warn(tenant, "no access token",
              {{"kind", to_string(why.kind())}, {"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::clock_skew_seen(const log::Scope& tenant, std::chrono::milliseconds skew) {
    const auto change = board_.clock_skew_seen(tenant, std::chrono::duration<double>(skew).count());
    if (change == StatusBoard::ClockChange::wrong)
        log::warn(tenant, "our clock is not Okta's; oktail allows for it, but set it: see timedatectl",
                  {{"ahead_by_s", skew.count() / 1'000}});
    else if (change == StatusBoard::ClockChange::right_again) log::info(tenant, "our clock is Okta's again");
}

void Happenings::page_taken(const log::Scope& route, std::size_t events, std::size_t filtered) {
    instruments_->route(route, [&](OfRoute& of) {
        add(*of.taken, events);
        add(*of.filtered, filtered);
    });
}

void Happenings::page_let_go(const log::Scope& route, std::size_t events) {
    instruments_->route(route, [&](OfRoute& of) { add(*of.let_go, events); });
}

void Happenings::events_delivered(const log::Scope& route, std::size_t events, std::size_t bytes, UtcTime newest) {
    board_.delivered(route, events, bytes, newest);
    const double latency = std::chrono::duration<double>(clock_.utc_now() - newest).count();
    instruments_->route(route, [&](OfRoute& of) {
        add(*of.events, events);
        add(*of.event_bytes, bytes);
        of.sink->latency->Observe(latency);
    });
}

void Happenings::duplicates_dropped(const log::Scope& route, std::size_t events) {
    instruments_->tenant(route, [&](OfTenant& of) { add(*of.duplicates, events); });
    if (log::enabled(log::Level::debug)) log::debug(route, "dropped events that are safe already", {{"events", events}});
}

void Happenings::write_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in) {
    instruments_->route(route, [&](OfRoute& of) { of.sink->errors.of(to_string(why.kind())).Increment(); });
    board_.failed(route, why);
    log::warn(route, "writing failed, the checkpoint stays", {{"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::dead_letter(const log::Scope& route, std::string_view reason) {
    instruments_->route(route, [](OfRoute& of) { of.dead_letters->Increment(); });
    log::error(route, "an event went to the dead letters", {{"why", reason}});
}

void Happenings::dead_letters_replayed(const log::Scope& route, std::size_t delivered, std::size_t bytes, std::size_t refused,
                                       const Error* ended) {
    instruments_->route(route, [&](OfRoute& of) {
        add(*of.events, delivered);
        add(*of.event_bytes, bytes);
    });
    log::info(route, "dead letters were offered again",
              {{"delivered", delivered}, {"refused", refused}, {"ended", ended ? ended->what() : "with the last"}});
}

void Happenings::gap_suspected(const log::Scope& route, UtcTime from, UtcTime to) {
    instruments_->tenant(route, [](OfTenant& of) { of.gaps->Increment(); });
    log::error(route, "events may be missing: Okta refused the cursor and no longer serves the last event delivered",
               {{"from", rfc3339(from)}, {"to", rfc3339(to)}});
}

void Happenings::lost_to_retention(const log::Scope& route, UtcTime from, UtcTime to) {
    instruments_->tenant(route, [](OfTenant& of) { of.gaps->Increment(); });
    log::error(route, "events are lost: Okta keeps its log for 90 days, and the route comes later than that",
               {{"from", rfc3339(from)}, {"to", rfc3339(to)}});
}

void Happenings::begun_again(const log::Scope& route, std::string_view why, UtcTime since) {
    log::warn(route, "the route begins again by time", {{"why", why}, {"since", rfc3339(since)}});
}

void Happenings::route_started(const log::Scope& route, std::string_view where, UtcTime delivered) {
    board_.placed(route, delivered);
    log::info(route, "route started", {{"at", where}});
}

void Happenings::route_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in) {
    board_.failed(route, why);
    log::error(route, "route waits", {{"kind", to_string(why.kind())}, {"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::watch_for_stalls() {
    for (const StatusBoard::Change& change : board_.watch()) {
        if (change.trouble.reason == Reason::none) {
            log::info(change.route, "the route goes on");
            continue;
        }
        if (change.began) instruments_->route(change.route, [](OfRoute& of) { of.stalls->Increment(); });
        log::error(
            change.route, "the route is stalled",
            {{"reason", to_string(change.trouble.reason)}, {"why", change.trouble.what}, {"for_s", change.lasted.count()}});
    }
}

void Happenings::checkpoint_saved() { instruments_->checkpoint_saves().Increment(); }

std::string Happenings::metrics_text() const {
    std::vector<prometheus::MetricFamily> all = instruments_->collect();
    append(all, status_gauges(board_.status()));
    append(all, process_gauges(started_at_));
    if (memory_) append(all, program_gauges(version_, memory_->limit(), memory_->used()));
    return prometheus::TextSerializer().Serialize(all);
}

}  // namespace oktail
