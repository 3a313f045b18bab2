#pragma once

#include "metrics/status.hpp"

#include <string>

namespace oktail {

inline RouteStatus route_status(std::string tenant, std::string sink, RouteState state, Reason reason = Reason::none) {
    RouteStatus route;
    route.tenant = std::move(tenant);
    route.sink = std::move(sink);
    route.state = state;
    if (reason != Reason::none) route.trouble = Trouble(reason, "why", UtcTime(std::chrono::hours(1)));
    return route;
}

inline TenantStatus tenant_status(std::string name) {
    TenantStatus tenant;
    tenant.name = std::move(name);
    return tenant;
}

}  // namespace oktail
