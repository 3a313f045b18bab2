#include "config/config_difference.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace oktail {
namespace {

/// Everything of a tenant but its routes and where it stands.
bool is_same_source(const TenantConfig& a, const TenantConfig& b) {
    const auto keys = [](const TenantConfig& tenant) {
        return std::tie(tenant.domain, tenant.link_hosts, tenant.auth, tenant.filter, tenant.poll, tenant.rate_limit_share,
                        tenant.request_timeout, tenant.stall_after, tenant.max_event, tenant.labels, tenant.connect_to,
                        tenant.ca_file, tenant.proxy, tenant.proxy_auth_file);
    };
    return keys(a) == keys(b);
}

bool is_same_route(const TenantConfig& a, const RouteConfig& in_a, const TenantConfig& b, const RouteConfig& in_b) {
    return in_a.start.value_or(a.start) == in_b.start.value_or(b.start) && in_a.include == in_b.include &&
           in_a.exclude == in_b.exclude;
}

bool is_same_sink(const SinkConfig& a, const SinkConfig& b) { return a.type == b.type && a.options->is_same_as(*b.options); }

template <class Named>
const Named* find(const std::vector<Named>& all, const std::string& name) {
    const auto found = std::ranges::find(all, name, &Named::name);
    return found == all.end() ? nullptr : &*found;
}

const RouteConfig* find(const std::vector<RouteConfig>& all, const std::string& sink) {
    const auto found = std::ranges::find(all, sink, &RouteConfig::sink);
    return found == all.end() ? nullptr : &*found;
}

/// Those of `from` that are not in `in` as they are.
template <class Named, class IsSame>
std::vector<std::string> not_in(const std::vector<Named>& from, const std::vector<Named>& in, IsSame is_same) {
    std::vector<std::string> names;
    for (const Named& one : from) {
        const Named* other = find(in, one.name);
        if (!other || !is_same(one, *other)) names.push_back(one.name);
    }
    return names;
}

/// A tenant's routes that `other` does not have as they are, or whose sink is not the same.
void routes_not_in(const TenantConfig& tenant, const TenantConfig& other, const std::set<std::string>& sinks,
                   std::vector<ConfigDifference::RouteName>& routes) {
    for (const RouteConfig& route : tenant.sinks) {
        const RouteConfig* same = find(other.sinks, route.sink);
        if (!same || !is_same_route(tenant, route, other, *same) || sinks.contains(route.sink))
            routes.emplace_back(tenant.name, route.sink);
    }
}

void note_renamed_sinks(const Config& running, const Config& wanted, ConfigDifference& all) {
    for (const SinkConfig& gone : running.sinks) {
        if (find(wanted.sinks, gone.name)) continue;
        for (const SinkConfig& come : wanted.sinks)
            if (!find(running.sinks, come.name) && is_same_sink(gone, come)) {
                all.sinks_renamed.emplace_back(gone.name, come.name);
                break;
            }
    }
}

}  // namespace

std::string summary(const ConfigDifference& what) {
    if (what.is_nothing()) return "nothing is different";
    std::string text;
    const auto add = [&text](std::size_t count, std::string_view things) {
        if (count == 0) return;
        if (!text.empty()) text += ", ";
        text += std::to_string(count) + ' ' + std::string(things);
    };
    add(what.tenants_ended.size(), "tenants ended");
    add(what.tenants_begun.size(), "tenants begun");
    add(what.routes_ended.size(), "routes ended in other tenants");
    add(what.routes_begun.size(), "routes begun in other tenants");
    add(what.sinks_ended.size(), "sinks ended");
    add(what.sinks_begun.size(), "sinks begun");
    for (const auto& [old_name, new_name] : what.sinks_renamed)
        text += "; sink " + new_name + " is what " + old_name + " was: its routes begin anew, see oktail checkpoint rename";
    for (const std::string& key : what.needs_restart)
        text += (text.empty() ? "" : "; ") + key + " changes with the next start only";
    return text;
}

bool ConfigDifference::is_nothing() const {
    return tenants_ended.empty() && tenants_begun.empty() && routes_ended.empty() && routes_begun.empty() &&
           sinks_ended.empty() && sinks_begun.empty() && needs_restart.empty();
}

ConfigDifference difference(const Config& running, const Config& wanted) {
    ConfigDifference all;
    all.sinks_ended = not_in(running.sinks, wanted.sinks, is_same_sink);
    all.sinks_begun = not_in(wanted.sinks, running.sinks, is_same_sink);
    all.tenants_ended = not_in(running.tenants, wanted.tenants, is_same_source);
    all.tenants_begun = not_in(wanted.tenants, running.tenants, is_same_source);

    const std::set<std::string> ended(all.sinks_ended.begin(), all.sinks_ended.end());
    const std::set<std::string> begun(all.sinks_begun.begin(), all.sinks_begun.end());
    for (const TenantConfig& tenant : running.tenants) {
        const TenantConfig* stays = find(wanted.tenants, tenant.name);
        if (!stays || !is_same_source(tenant, *stays)) continue;
        routes_not_in(tenant, *stays, ended, all.routes_ended);
        routes_not_in(*stays, tenant, begun, all.routes_begun);
    }
    note_renamed_sinks(running, wanted, all);

    if (running.state_dir != wanted.state_dir) all.needs_restart.emplace_back("state_dir");
    if (running.instance != wanted.instance) all.needs_restart.emplace_back("instance");
    if (running.limits.memory != wanted.limits.memory) all.needs_restart.emplace_back("limits.memory");
    if (running.limits.threads != wanted.limits.threads) all.needs_restart.emplace_back("limits.threads");
    return all;
}

}  // namespace oktail
