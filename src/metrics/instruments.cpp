#include "metrics/instruments.hpp"

#include <oktail/core/error.hpp>

#include "metrics/request_outcome.hpp"

namespace oktail {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

template <class Outcomes>
std::vector<std::string_view> words_of(const Outcomes& outcomes) {
    std::vector<std::string_view> words;
    for (const auto outcome : outcomes) words.push_back(to_string(outcome));
    return words;
}

std::vector<std::string_view> outcomes_of_grants() {
    return {"granted", to_string(ErrorKind::transient), to_string(ErrorKind::unauthorized)};
}

}  // namespace

Instruments::OfTenant::OfTenant(Instruments& all, const std::string& tenant)
    : pages(series(all.pages_, {{"tenant", tenant}})), duplicates(series(all.duplicates_, {{"tenant", tenant}})),
      gaps(series(all.gaps_, {{"tenant", tenant}})),
      requests(all.requests_, {{"tenant", tenant}}, "outcome", words_of(request_outcomes)),
      waits(all.waits_, {{"tenant", tenant}}, "kind", {"window", "concurrency"}),
      grants(all.grants_, {{"tenant", tenant}}, "outcome", outcomes_of_grants()),
      own_grants(all.own_grants_, {{"tenant", tenant}}, "outcome", words_of(token_request_outcomes)) {}

Instruments::OfSink::OfSink(Instruments& all, const std::string& sink)
    : errors(all.sink_errors_, {{"sink", sink}}, "kind", {to_string(ErrorKind::transient)}),
      latency(series(all.latency_, {{"sink", sink}}, Buckets{0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600})) {}

Instruments::OfRoute::OfRoute(Instruments& all, const log::Scope& route, std::shared_ptr<OfSink> sink)
    : events(series(all.events_, {{"tenant", route.tenant}, {"sink", route.sink}})),
      event_bytes(series(all.event_bytes_, {{"tenant", route.tenant}, {"sink", route.sink}})),
      taken(series(all.taken_, {{"tenant", route.tenant}, {"sink", route.sink}})),
      filtered(series(all.filtered_, {{"tenant", route.tenant}, {"sink", route.sink}})),
      let_go(series(all.let_go_, {{"tenant", route.tenant}, {"sink", route.sink}})),
      dead_letters(series(all.dead_letters_, {{"tenant", route.tenant}, {"sink", route.sink}})),
      stalls(series(all.stalls_, {{"tenant", route.tenant}, {"sink", route.sink}})), sink(std::move(sink)) {}

Instruments::Instruments()
    : events_(counters("oktail_events_total", "Events that are safe at the sink.")),
      event_bytes_(counters("oktail_event_bytes_total", "Bytes of those events as Okta sent them.")),
      taken_(counters("oktail_events_taken_total", "Events of the pages that the route took up.")),
      filtered_(counters("oktail_events_filtered_total", "Events that the route's patterns do not want.")),
      let_go_(counters("oktail_events_let_go_total", "Events of pages that were let go, to be fetched again.")),
      dead_letters_(counters("oktail_dead_letters_total", "Events that the sink would not take.")),
      stalls_(counters("oktail_stalls_total", "Times that the route stood still for stall_after.")),
      sink_errors_(counters("oktail_sink_errors_total", "Writes that failed, by kind.")),
      latency_(histograms("oktail_delivery_latency_seconds",
                          "From an event's published time to its safety at the sink, newest of each page.")),
      pages_(counters("oktail_pages_total", "Pages fetched, empty ones too.")),
      duplicates_(counters("oktail_duplicates_dropped_total", "Events that Okta served again.")),
      gaps_(counters("oktail_gap_total", "Spans of the log that may be missing.")),
      requests_(counters("oktail_requests_total", "Requests for the System Log, by outcome.")),
      waits_(counters("oktail_rate_limit_waits_total", "Waits that Okta's rate limit demanded.")),
      grants_(counters("oktail_token_grants_total", "Tries to get a token, with every credential there is, by outcome.")),
      own_grants_(counters("oktail_own_grants_total",
                           "Token requests that Okta answered, by outcome; it writes them into the org's System Log.")),
      checkpoint_saves_(series(counters("oktail_checkpoint_saves_total", "Checkpoints saved."), {})),
      request_duration_(series(histograms("oktail_request_duration_seconds", "From sending a request to its whole answer."), {},
                               Buckets{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60})) {}

Instruments::Counters& Instruments::counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
}

Instruments::Histograms& Instruments::histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
}

void Instruments::route_added(const log::Scope& route) {
    const std::lock_guard lock(mutex_);
    tenants_.try_emplace(route.tenant, *this, route.tenant);
    routes_.try_emplace(route, *this, route, sink(route.sink));
}

void Instruments::route_removed(const log::Scope& route) {
    const std::lock_guard lock(mutex_);
    routes_.erase(route);
}

void Instruments::tenant_removed(const log::Scope& tenant) {
    const std::lock_guard lock(mutex_);
    tenants_.erase(tenant.tenant);
}

std::shared_ptr<Instruments::OfSink> Instruments::sink(const std::string& name) {
    auto known = sinks_[name].lock();
    if (!known) sinks_[name] = known = std::make_shared<OfSink>(*this, name);
    return known;
}

}  // namespace oktail
