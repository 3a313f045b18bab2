#include "metrics/happenings.hpp"

#include "core/time_text.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace oktail {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

struct Happenings::Registry {
    prometheus::Registry all;

    Family<Counter>& counter(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(all);
    }

    Family<Counter>& events = counter("oktail_events_total", "Events that are safe at the sink.");
    Family<Counter>& event_bytes = counter("oktail_event_bytes_total", "Bytes of those events as Okta sent them.");
    Family<Counter>& pages = counter("oktail_pages_total", "Pages fetched, empty ones too.");
    Family<Counter>& requests = counter("oktail_requests_total", "Requests for the System Log, by outcome.");
    Family<Counter>& waits = counter("oktail_rate_limit_waits_total", "Waits that Okta's rate limit demanded.");
    Family<Counter>& grants = counter("oktail_token_grants_total", "Answers of the token endpoint, by outcome.");
    Family<Counter>& duplicates = counter("oktail_duplicates_dropped_total", "Events that Okta served again.");
    Family<Counter>& dead_letters = counter("oktail_dead_letters_total", "Events that the sink would not take.");
    Family<Counter>& gaps = counter("oktail_gap_total", "Spans of the log that may be missing.");
    Family<Counter>& sink_errors = counter("oktail_sink_errors_total", "Writes that failed, by kind.");
    Counter& saves = counter("oktail_checkpoint_saves_total", "Checkpoints saved.").Add({});
    Family<Counter>& stalls = counter("oktail_stalls_total", "Times that a route stood still for stall_after, by reason.");
    Histogram& durations = prometheus::BuildHistogram()
                               .Name("oktail_request_duration_seconds")
                               .Help("From sending a request to its whole answer.")
                               .Register(all)
                               .Add({}, Histogram::BucketBoundaries{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60});
    Family<Histogram>& latency = prometheus::BuildHistogram()
                                     .Name("oktail_delivery_latency_seconds")
                                     .Help("From an event's published time to its safety at the sink, newest of each page.")
                                     .Register(all);
};

namespace {

void add(Counter& counter, std::size_t n) { counter.Increment(static_cast<double>(n)); }

}  // namespace

Happenings::Happenings(const Clock& clock) : clock_(clock), board_(clock), registry_(std::make_unique<Registry>()) {}
Happenings::~Happenings() = default;

void Happenings::request_answered(const log::Scope& tenant, std::string_view outcome, std::chrono::nanoseconds took) {
    registry_->requests.Add({{"tenant", tenant.tenant}, {"outcome", std::string(outcome)}}).Increment();
    registry_->durations.Observe(std::chrono::duration<double>(took).count());
}

void Happenings::page_fetched(const log::Scope& tenant, std::size_t events, std::size_t bytes) {
    registry_->pages.Add({{"tenant", tenant.tenant}}).Increment();
    board_.answered(tenant);
    if (log::enabled(log::Level::debug)) log::debug(tenant, "page fetched", {{"events", events}, {"bytes", bytes}});
}

void Happenings::fetch_failed(const log::Scope& tenant, Reason reason, const Error& why, std::chrono::milliseconds retry_in) {
    board_.tenant_failed(tenant, reason, why.what());
    log::warn(tenant, "fetching failed, the cursor stays",
              {{"reason", to_string(reason)}, {"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::rate_limited(const log::Scope& tenant, std::string_view kind, std::chrono::milliseconds wait) {
    registry_->waits.Add({{"tenant", tenant.tenant}, {"kind", std::string(kind)}}).Increment();
    board_.tenant_failed(tenant, Reason::rate_limited, "Okta's rate limit is reached (" + std::string(kind) + ")");
    log::warn(tenant, "Okta's rate limit is reached, waiting", {{"kind", kind}, {"wait_ms", wait.count()}});
}

void Happenings::rate_limit_seen(const log::Scope& tenant, double remaining) { board_.rate_limit_seen(tenant, remaining); }

void Happenings::link_missing(const log::Scope& tenant) {
    log::warn(tenant, "Okta sent events without a next link; asking again at the same place");
}

void Happenings::token_granted(const log::Scope& tenant, std::string_view credential, std::chrono::seconds lifetime,
                               UtcTime expires) {
    registry_->grants.Add({{"tenant", tenant.tenant}, {"outcome", "granted"}}).Increment();
    board_.token_granted(tenant, expires);
    log::info(tenant, "access token granted",
              {{"credential", credential}, {"lifetime_s", std::chrono::duration_cast<std::chrono::seconds>(lifetime).count()}});
}

void Happenings::token_not_granted(const log::Scope& tenant, const Error& why, std::chrono::milliseconds retry_in) {
    registry_->grants.Add({{"tenant", tenant.tenant}, {"outcome", std::string(to_string(why.kind()))}}).Increment();
    const bool refused = why.kind() == ErrorKind::unauthorized;
    board_.tenant_failed(tenant, refused ? Reason::credentials_refused : Reason::token_unavailable, why.what());
    log::warn(tenant, "no access token",
              {{"kind", to_string(why.kind())}, {"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::page_delivered(const log::Scope& route, std::size_t events, std::size_t bytes, UtcTime newest) {
    board_.delivered(route, events, bytes, newest);
    const prometheus::Labels labels{{"tenant", route.tenant}, {"sink", route.sink}};
    add(registry_->events.Add(labels), events);
    add(registry_->event_bytes.Add(labels), bytes);
    registry_->latency.Add({{"sink", route.sink}}, Histogram::BucketBoundaries{0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600})
        .Observe(std::chrono::duration<double>(clock_.utc_now() - newest).count());
}

void Happenings::duplicates_dropped(const log::Scope& route, std::size_t events) {
    add(registry_->duplicates.Add({{"tenant", route.tenant}}), events);
    if (log::enabled(log::Level::debug)) log::debug(route, "dropped events that are safe already", {{"events", events}});
}

void Happenings::write_failed(const log::Scope& route, const Error& why, std::chrono::milliseconds retry_in) {
    registry_->sink_errors.Add({{"sink", route.sink}, {"kind", std::string(to_string(why.kind()))}}).Increment();
    board_.failed(route, why);
    log::warn(route, "writing failed, the checkpoint stays", {{"why", why.what()}, {"retry_in_ms", retry_in.count()}});
}

void Happenings::dead_letter(const log::Scope& route, std::string_view reason) {
    registry_->dead_letters.Add({{"tenant", route.tenant}, {"sink", route.sink}}).Increment();
    log::error(route, "an event went to the dead letters", {{"why", reason}});
}

void Happenings::gap_suspected(const log::Scope& route, UtcTime from, UtcTime to) {
    registry_->gaps.Add({{"tenant", route.tenant}}).Increment();
    log::error(route, "events may be missing: Okta refused the cursor and no longer serves the last event delivered",
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
        const std::string reason(to_string(change.trouble.reason));
        registry_->stalls.Add({{"tenant", change.route.tenant}, {"sink", change.route.sink}, {"reason", reason}}).Increment();
        log::error(change.route, "the route is stalled",
                   {{"reason", reason}, {"why", change.trouble.what}, {"for_s", change.lasted.count()}});
    }
}

void Happenings::checkpoint_saved() { registry_->saves.Increment(); }

std::string Happenings::metrics_text() const { return prometheus::TextSerializer().Serialize(registry_->all.Collect()); }

}  // namespace oktail
