#include "admin/summary.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::size_t most_named = 3;

std::string counted(std::size_t n, const char* what) { return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s"); }

/// " (acme/archive: sink_unavailable, acme/siem: write_pending)"
std::string names_of_stalled(const Status& status) {
    std::string names;
    std::size_t found = 0;
    for (const RouteStatus& route : status.routes) {
        if (route.state != RouteState::stalled || ++found > most_named) continue;
        names.append(names.empty() ? " (" : ", ").append(route.tenant).append("/").append(route.sink);
        names.append(": ").append(to_string(route.trouble.reason));
    }
    if (found > most_named) names += ", " + std::to_string(found - most_named) + " more";
    return names + ")";
}

}  // namespace

std::string summary(const Status& status) {
    std::string line = counted(status.tenants.size(), "tenant") + ", " + counted(status.routes.size(), "route");
    const char* separator = ": ";
    for (const RouteState state : {RouteState::running, RouteState::starting, RouteState::waiting, RouteState::stalled}) {
        const auto n = std::ranges::count(status.routes, state, &RouteStatus::state);
        if (n == 0) continue;
        line.append(separator).append(std::to_string(n)).append(" ").append(to_string(state));
        if (state == RouteState::stalled) line += names_of_stalled(status);
        separator = ", ";
    }
    return line;
}

}  // namespace oktail
