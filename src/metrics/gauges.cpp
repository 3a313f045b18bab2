#include "metrics/gauges.hpp"

#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace oktail {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

MetricFamily family(const char* name, const char* help) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = prometheus::MetricType::Gauge;
    return family;
}

void add(MetricFamily& family, std::initializer_list<std::pair<const char*, std::string_view>> labels, double value) {
    ClientMetric metric;
    for (const auto& [name, text] : labels) {
        ClientMetric::Label label;
        label.name = name;
        label.value = text;
        metric.label.push_back(std::move(label));
    }
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
}

double seconds(UtcTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

constexpr std::array route_states{RouteState::starting, RouteState::running, RouteState::waiting, RouteState::stalled};

}  // namespace

MetricFamily gauge(const char* name, const char* help, double value) {
    MetricFamily alone = family(name, help);
    add(alone, {}, value);
    return alone;
}

std::vector<MetricFamily> program_gauges(const std::string& version, std::size_t memory_limit, std::size_t memory_used) {
    MetricFamily build = family("oktail_build_info", "1, with the version that runs.");
    add(build, {{"version", version}}, 1);
    return {
        std::move(build),
        gauge("oktail_memory_budget_bytes", "What pages may take, in flight and cached.", static_cast<double>(memory_limit)),
        gauge("oktail_memory_budget_used_bytes", "What they take now.", static_cast<double>(memory_used))};
}

std::vector<MetricFamily> status_gauges(const Status& status) {
    MetricFamily lag = family("oktail_event_lag_seconds", "Age of the newest event delivered; 0 when caught up.");
    MetricFamily states = family("oktail_route_state", "1 for the state that the route is in.");
    MetricFamily troubles = family("oktail_route_trouble", "1 while the route is in trouble, with the reason.");
    MetricFamily expiries = family("oktail_token_expiry_timestamp_seconds", "When the access token expires.");
    MetricFamily credentials =
        family("oktail_credential_in_use", "Which of the configured secrets or keys got the access token, from 1.");
    MetricFamily skews = family("oktail_clock_skew_seconds", "Our clock minus Okta's.");
    MetricFamily remaining = family("oktail_rate_limit_remaining", "Requests that Okta's window still allows.");
    for (const RouteStatus& route : status.routes) {
        if (route.lag_seconds) add(lag, {{"tenant", route.tenant}, {"sink", route.sink}}, *route.lag_seconds);
        for (const RouteState state : route_states)
            add(states, {{"tenant", route.tenant}, {"sink", route.sink}, {"state", to_string(state)}}, route.state == state);
        const Reason reason = route.trouble.reason;
        if (reason != Reason::none)
            add(troubles, {{"tenant", route.tenant}, {"sink", route.sink}, {"reason", to_string(reason)}}, 1);
    }
    for (const TenantStatus& tenant : status.tenants) {
        if (tenant.token_expires) add(expiries, {{"tenant", tenant.name}}, seconds(*tenant.token_expires));
        if (tenant.credential) add(credentials, {{"tenant", tenant.name}}, static_cast<double>(*tenant.credential));
        if (tenant.clock_skew_seconds) add(skews, {{"tenant", tenant.name}}, *tenant.clock_skew_seconds);
        if (tenant.rate_limit_remaining) add(remaining, {{"tenant", tenant.name}}, *tenant.rate_limit_remaining);
    }
    std::vector<MetricFamily> all;
    for (MetricFamily* one : {&lag, &states, &troubles, &expiries, &credentials, &skews, &remaining})
        if (!one->metric.empty()) all.push_back(std::move(*one));
    return all;
}

}  // namespace oktail
