#include "config/config_check.hpp"

#include "config/path_template.hpp"
#include "config/suggestion.hpp"
#include "core/quote.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace oktail {
namespace {

/// Reports every place but the first that has the same key.
class FirstPlaces {
public:
    explicit FirstPlaces(Problems& problems) : problems_(problems) {}

    void add(const std::string& key, const ConfigPlace& place, const std::string& what, const std::string& advice) {
        if (key.empty()) return;
        const auto [first, fresh] = places_.try_emplace(key, place);
        if (!fresh) problems_.add(place, what + " " + first->second.text(), advice);
    }

private:
    std::map<std::string, ConfigPlace> places_;
    Problems& problems_;
};

void check_names(const Config& config, Problems& problems) {
    FirstPlaces tenants(problems);
    for (const TenantConfig& tenant : config.tenants)
        tenants.add(tenant.name, tenant.place,
                    quote(tenant.name) + " is the name of another tenant too:", "give each its own; state and labels go by it");
    FirstPlaces sinks(problems);
    for (const SinkConfig& sink : config.sinks)
        sinks.add(sink.name, sink.place, "a sink of this name stands elsewhere too:", "rename one, or keep one");
}

void check_sole_uses(const Config& config, Problems& problems) {
    FirstPlaces users(problems);
    for (const SinkConfig& sink : config.sinks) {
        const std::string wanted(sink.options ? sink.options->sole_use_of() : std::string_view());
        users.add(wanted, sink.place, "another sink has " + wanted + " already:", "keep one of them; any tenant may use it");
    }
}

void check_origins(const Config& config, Problems& problems) {
    FirstPlaces origins(problems);
    for (const TenantConfig& tenant : config.tenants)
        origins.add(
            tenant.domain.host().empty() ? std::string() : tenant.domain.url(), tenant.domain_place,
            tenant.domain.authority() + " is another tenant's org too:", "keep one tenant for an org; it may have many sinks");
}

void check_routes(const TenantConfig& tenant, const std::vector<std::string_view>& sinks, Problems& problems) {
    if (tenant.sinks.empty() && !tenant.name.empty())
        problems.add(tenant.place, "tenant " + quote(tenant.name) + " has no sink", "name one: sinks: [archive]");
    FirstPlaces routes(problems);
    for (const RouteConfig& route : tenant.sinks) {
        routes.add(route.sink, route.place, "this tenant has the sink " + quote(route.sink) + " already:", "keep one of them");
        if (!route.sink.empty() && std::ranges::find(sinks, route.sink) == sinks.end())
            problems.add(route.place, "there is no sink " + quote(route.sink), suggestion(route.sink, sinks));
    }
}

void check_patterns(const RouteConfig& route, Problems& problems) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
               c == '*';
    };
    for (const auto* patterns : {&route.include, &route.exclude})
        for (const std::string& pattern : *patterns)
            if (!std::ranges::all_of(pattern, allowed))
                problems.add(route.place, quote(pattern, 64) + " is no pattern of event types",
                             "write letters, digits, dots and * for any text, such as user.session.*");
    for (const std::string& pattern : route.exclude)
        if (pattern == "*" || std::ranges::find(route.include, pattern) != route.include.end())
            problems.add(route.place, "exclude " + quote(pattern, 64) + " leaves out all that is included",
                         "remove one of them");
}

void check_poll(const TenantConfig& tenant, Problems& problems) {
    if (tenant.poll.min_interval > tenant.poll.max_interval)
        problems.add(tenant.place, "tenant " + quote(tenant.name) + " has a poll.min_interval above its poll.max_interval",
                     "swap them, or set both");
}

/// What the path of the route's sink needs of the tenant's labels.
void check_labels(const TenantConfig& tenant, const RouteConfig& route, const PathTemplate& path, Problems& problems) {
    for (const std::string& name : path.labels()) {
        const auto label = tenant.labels.find(name);
        if (label == tenant.labels.end())
            problems.add(route.place, "the path of sink " + quote(route.sink) + " needs the label " + quote(name),
                         "add it under labels of tenant " + quote(tenant.name));
        else if (!is_path_part(label->second))
            problems.add(route.place,
                         "the path of sink " + quote(route.sink) + " holds the label " + quote(name) + ", whose value is " +
                             quote(label->second, 64),
                         "keep such values to letters, digits, dot, - and _, at most 128, and not dots alone");
    }
}

/// Two sinks must not write one file: each keeps its own account of it.
class PathOwners {
public:
    explicit PathOwners(Problems& problems) : problems_(problems) {}

    void add(const TenantConfig& tenant, const RouteConfig& route, const PathTemplate& path) {
        const auto [owner, fresh] = sinks_.try_emplace(path.expand(tenant.name, tenant.labels), route.sink);
        if (!fresh && owner->second != route.sink)
            problems_.add(route.place,
                          "sinks " + quote(owner->second) + " and " + quote(route.sink) + " both write " + owner->first,
                          "give each sink paths of its own");
    }

private:
    std::map<std::string, std::string> sinks_;
    Problems& problems_;
};

}  // namespace

void check_config(const Config& config, Problems& problems) {
    check_names(config, problems);
    check_sole_uses(config, problems);
    check_origins(config, problems);

    std::vector<std::string_view> sinks;
    std::map<std::string_view, PathTemplate> paths;
    for (const SinkConfig& sink : config.sinks) {
        sinks.push_back(sink.name);
        if (sink.options && !sink.options->path_template().empty())
            paths.emplace(sink.name, PathTemplate(sink.options->path_template()));
    }
    PathOwners owners(problems);
    for (const TenantConfig& tenant : config.tenants) {
        check_routes(tenant, sinks, problems);
        check_poll(tenant, problems);
        for (const RouteConfig& route : tenant.sinks) {
            check_patterns(route, problems);
            const auto path = paths.find(route.sink);
            if (path == paths.end()) continue;
            check_labels(tenant, route, path->second, problems);
            owners.add(tenant, route, path->second);
        }
    }
}

}  // namespace oktail
