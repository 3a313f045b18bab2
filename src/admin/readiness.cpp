#include "admin/readiness.hpp"

#include "admin/summary.hpp"

#include <algorithm>

namespace oktail {

std::optional<std::string> unready(const Status& status, bool started) {
    if (!started) return "starting";
    const auto stalled = [](const RouteStatus& route) { return route.state == RouteState::stalled; };
    if (status.routes.empty() || !std::ranges::all_of(status.routes, stalled)) return std::nullopt;
    return "every route is stalled: " + summary(status);
}

}  // namespace oktail
