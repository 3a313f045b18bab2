#include "simulator/control.hpp"

#include "simulator/url_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace oktail::simulator {
namespace {

using Parameters = std::vector<Parameter>;

ServerResponse plain(unsigned status, std::string text) {
    return ServerResponse(status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text));
}

std::size_t number(const Parameters& parameters, std::string_view name, std::size_t otherwise) {
    const Parameter* given = find(parameters, name);
    if (given) std::from_chars(given->value.data(), given->value.data() + given->value.size(), otherwise);
    return otherwise;
}

std::string_view name_of(Endpoint endpoint) {
    constexpr std::array<std::string_view, 4> names{"logs", "token", "revoke", "other"};
    return names[static_cast<std::size_t>(endpoint)];
}

boost::json::object stats_of(const Org& org) {
    boost::json::object answers;
    std::uint64_t requests = 0;
    for (const auto& [key, count] : org.answers) {
        answers[std::string(name_of(key.first)) + " " + std::to_string(key.second)] = count;
        requests += count;
    }
    boost::json::object violations;
    for (const auto& [text, count] : org.violations.counts()) violations[text] = count;
    return {{"requests", requests},
            {"answers", std::move(answers)},
            {"tokens_minted", org.tokens_minted},
            {"events_persisted", org.log.size()},
            {"events_served", org.events_served},
            {"violations_total", org.violations.total()},
            {"violations", std::move(violations)}};
}

ServerResponse stats(FakeOkta& okta) {
    boost::json::object orgs;
    std::uint64_t violations = 0;
    for (const auto& [host, org] : okta.orgs()) {
        orgs[host] = stats_of(org);
        violations += org.violations.total();
    }
    const boost::json::object all{{"violations_total", violations}, {"orgs", std::move(orgs)}};
    return ServerResponse(200, {{"Content-Type", "application/json"}}, boost::json::serialize(all) + "\n");
}

ServerResponse faults(FakeOkta& okta, const ServerRequest& request, UtcTime now) {
    if (request.method == "DELETE") {
        okta.faults().clear();
        return plain(200, "dropped\n");
    }
    const auto added = okta.faults().add(request.body, now);
    return added ? plain(200, "added\n") : plain(400, added.error().what() + "\n");
}

/// A line for each.
std::vector<ClientSecret> secrets_of(std::string_view body) {
    std::vector<ClientSecret> secrets;
    while (!body.empty()) {
        const std::string_view line = body.substr(0, body.find('\n'));
        if (!line.empty()) secrets.push_back({std::string(line)});
        body.remove_prefix(std::min(body.size(), line.size() + 1));
    }
    return secrets;
}

/// A JWK Set, as an app's page in the Admin Console takes it. Nothing if it is none.
std::vector<PublicKey> keys_of(std::string_view body) {
    std::vector<PublicKey> keys;
    boost::json::error_code ec;
    const auto set = boost::json::parse(body, ec);
    const auto* listed = !ec && set.is_object() ? set.get_object().if_contains("keys") : nullptr;
    if (!listed || !listed->is_array()) return keys;
    for (const auto& key : listed->get_array()) {
        const auto* id = key.is_object() ? key.get_object().if_contains("kid") : nullptr;
        if (id && id->is_string()) keys.push_back({key.get_object(), std::string(id->get_string())});
    }
    return keys;
}

void change(bool& what, const Parameters& parameters, std::string_view name) {
    if (const Parameter* given = find(parameters, name)) what = given->value == "on";
}

void change_client(Client& client, const Parameters& parameters) {
    change(client.wants_dpop, parameters, "dpop");
    change(client.installed, parameters, "installed");
    change(client.scope_granted, parameters, "scope");
    change(client.role_assigned, parameters, "role");
    change(client.inside_network_zone, parameters, "zone");
}

/// What a POST does to one org; false: there is no such verb.
bool act(Org& org, std::string_view verb, const Parameters& parameters, std::string_view body, UtcTime now) {
    if (verb == "/emit") org.traffic.burst(org.log, number(parameters, "count", 1), now);
    else if (verb == "/pause") org.traffic.pause();
    else if (verb == "/resume") org.traffic.resume(now);
    else if (verb == "/revoke") org.clients.revoke_tokens();
    else if (verb == "/secrets") org.client().secrets = secrets_of(body);
    else if (verb == "/keys") org.client().keys = keys_of(body);
    else if (verb == "/client") change_client(org.client(), parameters);
    else if (verb == "/nonces") org.nonces.void_all();
    else return false;
    return true;
}

}  // namespace

ServerResponse control(FakeOkta& okta, const ServerRequest& request, UtcTime now) {
    okta.flow(now);
    const std::string_view path = path_of(request.target);
    const auto parameters = parameters_of(query_of(request.target)).value_or(Parameters{});
    const Parameter* name = find(parameters, "org");
    Org* const org = name ? okta.find(name->value) : nullptr;
    if (name && !org) return plain(404, "no such org\n");

    if (path == "/stats" && request.method == "GET") return stats(okta);
    if (path == "/faults" && request.method != "GET") return faults(okta, request, now);
    if (path == "/truth" && request.method == "GET")
        return org ? plain(200, org->log.truth(number(parameters, "from", 0))) : plain(400, "which org?\n");
    if (path == "/tokens" && request.method == "GET")
        return org ? plain(200, org->clients.tokens()) : plain(400, "which org?\n");
    if (request.method != "POST") return plain(404, "no such page\n");
    for (auto& [host, each] : okta.orgs())
        if ((!org || org == &each) && !act(each, path, parameters, request.body, now)) return plain(404, "no such verb\n");
    return plain(200, "done\n");
}

}  // namespace oktail::simulator
