#include "config/tenant_reader.hpp"

#include "config/domain.hpp"
#include "config/proxy.hpp"
#include "config/secret_file.hpp"
#include "config/section.hpp"
#include "config/tables.hpp"
#include "core/quote.hpp"

#include <optional>
#include <string_view>

namespace oktail {
namespace {

using Kind = ConfigNode::Kind;

/// Okta's secrets have 64 characters; names of files that long have a dot or a slash somewhere.
bool looks_like_a_secret(std::string_view name) {
    return name.size() >= 40 && name.find_first_of("./") == std::string_view::npos;
}

class TenantReader {
public:
    TenantReader(const Environment& environment, Problems& problems) : environment_(environment), problems_(problems) {}

    TenantConfig read(const ConfigNode& map) {
        const Section section(&map, tenant_keys());
        TenantConfig tenant;
        tenant.name = section.text("name");
        tenant.place = place_of(section.given("name"), map);
        tenant.domain = domain(section.given("domain"));
        tenant.domain_place = place_of(section.given("domain"), map);
        tenant.link_hosts = link_hosts(section.given("link_hosts"));
        tenant.auth = auth(section.section("auth"));
        tenant.filter = section.text("filter");
        tenant.start = section.start("start");
        tenant.poll = poll(section.section("poll"));
        tenant.rate_limit_share = section.fraction("rate_limit_share");
        tenant.request_timeout = section.duration("request_timeout");
        tenant.stall_after = section.duration("stall_after");
        tenant.max_event = section.size("max_event");
        tenant.sinks = routes(section.given("sinks"));
        tenant.labels = labels(section.given("labels"));
        tenant.connect_to = connect_to(section.given("connect_to"));
        tenant.ca_file = section.path("ca_file");
        tenant.proxy =
            read_proxy(section.text("proxy"), tenant.domain, place_of(section.given("proxy"), map), environment_, problems_);
        if (const ConfigNode* file = section.given("proxy_auth_file"); file && file->text.find(':') != std::string::npos) {
            problems_.add(file->place, "this looks like user:password, which must not stand in the configuration",
                          "put it into a file of its own (chmod 0600) and name that here, such as proxy.auth");
        } else if (file && !file->text.empty()) {
            tenant.proxy_auth_file = find_secret(file->text, file->place, environment_);
            tenant.proxy_auth_place = file->place;
        }
        return tenant;
    }

private:
    static ConfigPlace place_of(const ConfigNode* node, const ConfigNode& otherwise) {
        return node ? node->place : otherwise.place;
    }

    Origin domain(const ConfigNode* node) {
        if (!node || node->text.empty()) return {};
        return parse_domain(node->text, node->place, problems_).value_or(Origin());
    }

    std::vector<std::string> link_hosts(const ConfigNode* list) {
        std::vector<std::string> hosts;
        if (!list) return hosts;
        for (const ConfigNode& item : list->items) hosts.push_back(domain(&item).authority());
        return hosts;
    }

    AuthConfig auth(const Section& section) {
        AuthConfig auth;
        auth.method = section.choice<AuthMethod>(
            "method", {{"client_secret", AuthMethod::client_secret}, {"private_key", AuthMethod::private_key}});
        auth.client_id = section.text("client_id");
        auth.dpop = section.choice<DpopMode>(
            "dpop", {{"auto", DpopMode::automatic}, {"always", DpopMode::always}, {"never", DpopMode::never}});
        auth.revoke_at_end = section.choice<bool>("revoke_at_end", {{"false", false}, {"true", true}});
        const ConfigNode* files = section.given("client_secret_files");
        auth.place = files ? files->place : section.place();
        if (auth.method == AuthMethod::private_key) auth.private_keys = private_keys(section);
        else auth.client_secret_files = client_secret_files(section);
        return auth;
    }

    /// What the other method needs may stand there as well: as a default of the other tenants.
    void demand(const Section& section, const ConfigNode* list, const char* key, const char* example) {
        if (section.given("method") && (!list || list->items.empty()))
            problems_.add(list ? list->place : section.place(), std::string("this method needs ") + key,
                          std::string("add it, such as ") + key + ": " + example);
    }

    std::vector<std::filesystem::path> client_secret_files(const Section& section) {
        std::vector<std::filesystem::path> paths;
        const ConfigNode* files = section.given("client_secret_files");
        demand(section, files, "client_secret_files", "[acme.secret]");
        if (!files) return paths;
        for (const ConfigNode& item : files->items) {
            if (item.text.empty()) continue;
            if (looks_like_a_secret(item.text))
                problems_.add(item.place, "this looks like a secret, which must not stand in the configuration",
                              "put it into a file of its own (chmod 0600) and name that here, such as acme.secret");
            else paths.push_back(find_secret(item.text, item.place, environment_));
        }
        return paths;
    }

    std::vector<PrivateKeyConfig> private_keys(const Section& section) {
        std::vector<PrivateKeyConfig> keys;
        const ConfigNode* list = section.given("private_keys");
        demand(section, list, "private_keys", "[{file: globex.pem, key_id: k-2026}]");
        if (!list) return keys;
        for (const ConfigNode& item : list->items) {
            const Section key(&item, private_key_keys());
            const ConfigNode* file = key.given("file");
            if (!file || file->text.empty()) continue;
            PrivateKeyConfig read;
            read.place = file->place;
            read.file = find_secret(file->text, file->place, environment_);
            read.key_id = key.text("key_id");
            if (const ConfigNode* passphrase = key.given("passphrase_file"); passphrase && !passphrase->text.empty())
                read.passphrase_file = find_secret(passphrase->text, passphrase->place, environment_);
            keys.push_back(std::move(read));
        }
        return keys;
    }

    static PollConfig poll(const Section& section) {
        PollConfig poll;
        poll.min_interval = section.duration("min_interval");
        poll.max_interval = section.duration("max_interval");
        return poll;
    }

    static std::vector<RouteConfig> routes(const ConfigNode* list) {
        std::vector<RouteConfig> routes;
        if (!list) return routes;
        for (const ConfigNode& item : list->items) routes.push_back(route(item));
        return routes;
    }

    /// A name alone, or a map with more.
    static RouteConfig route(const ConfigNode& node) {
        const Section section(&node, route_keys());
        const Section events = section.section("events");
        RouteConfig route;
        route.place = node.place;
        route.sink = node.kind == Kind::map ? section.text("name") : node.text;
        if (section.given("start")) route.start = section.start("start");
        route.include = events.list("include");
        route.exclude = events.list("exclude");
        return route;
    }

    static std::map<std::string, std::string> labels(const ConfigNode* map) {
        std::map<std::string, std::string> labels;
        if (!map) return labels;
        for (const auto& entry : map->entries) labels.emplace(entry.name, entry.value.text);
        return labels;
    }

    std::string connect_to(const ConfigNode* node) {
        if (!node || node->text.empty()) return {};
        if (!is_host_and_port(node->text))
            problems_.add(node->place, quote(node->text, 128) + " is no address",
                          "write a host and a port, such as 127.0.0.1:8443 or [::1]:8443");
        return node->text;
    }

    const Environment& environment_;
    Problems& problems_;
};

}  // namespace

TenantConfig read_tenant(const ConfigNode& map, const Environment& environment, Problems& problems) {
    return TenantReader(environment, problems).read(map);
}

}  // namespace oktail
