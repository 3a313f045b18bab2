#include "admin/status_json.hpp"

#include "admin/summary.hpp"
#include "core/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>
#include <optional>

namespace oktail {
namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<UtcTime>& time) {
    if (!time) return nullptr;
    return json::value(rfc3339(*time));
}

/// To the thousandth: nobody measures more.
double rounded(double value) { return std::round(value * 1'000) / 1'000; }

json::value rounded_or_null(const std::optional<double>& value) {
    if (!value) return nullptr;
    return rounded(*value);
}

json::value trouble_or_null(const Trouble& trouble) {
    if (trouble.reason == Reason::none) return nullptr;
    return json::object{{"reason", to_string(trouble.reason)}, {"what", trouble.what}, {"since", time_or_null(trouble.since)}};
}

json::object daemon_object(const DaemonFacts& daemon, UtcTime now) {
    const auto uptime = std::chrono::floor<std::chrono::seconds>(now - daemon.started_at);
    return {{"version", daemon.version},
            {"instance", daemon.instance},
            {"started_at", rfc3339(daemon.started_at)},
            {"uptime_seconds", uptime.count()}};
}

json::object tenant_object(const TenantStatus& tenant) {
    json::value remaining;
    if (tenant.rate_limit_remaining) remaining = static_cast<std::int64_t>(*tenant.rate_limit_remaining);
    json::value credential;
    if (tenant.credential) credential = *tenant.credential;
    return {{"name", tenant.name},
            {"trouble", trouble_or_null(tenant.trouble)},
            {"token_expires_at", time_or_null(tenant.token_expires)},
            {"credential_in_use", credential},
            {"clock_skew_seconds", rounded_or_null(tenant.clock_skew_seconds)},
            {"rate_limit_remaining", remaining},
            {"answered_at", time_or_null(tenant.answered_at)}};
}

json::object route_object(const RouteStatus& route) {
    return {{"tenant", route.tenant},
            {"sink", route.sink},
            {"state", to_string(route.state)},
            {"activity", to_string(route.activity)},
            {"trouble", trouble_or_null(route.trouble)},
            {"events", route.events},
            {"bytes", route.bytes},
            {"events_per_second", rounded(route.events_per_second)},
            {"lag_seconds", rounded_or_null(route.lag_seconds)},
            {"newest_published", time_or_null(route.newest_published)},
            {"moved_at", time_or_null(route.moved_at)},
            {"last_error", trouble_or_null(route.last_error.value_or(Trouble()))}};
}

}  // namespace

std::string status_json(const DaemonFacts& daemon, const Status& status, UtcTime now) {
    json::object all;
    all["summary"] = summary(status);
    all["daemon"] = daemon_object(daemon, now);
    json::array& tenants = all["tenants"].emplace_array();
    for (const TenantStatus& tenant : status.tenants) tenants.push_back(tenant_object(tenant));
    json::array& routes = all["routes"].emplace_array();
    for (const RouteStatus& route : status.routes) routes.push_back(route_object(route));
    return json::serialize(all) + "\n";
}

}  // namespace oktail
