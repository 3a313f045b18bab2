#include "simulator/token_endpoint.hpp"

#include "simulator/assertion.hpp"
#include "simulator/crypto.hpp"
#include "simulator/proof.hpp"
#include "simulator/url_text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>
#include <variant>

namespace oktail::simulator {
namespace {

using Form = std::vector<Parameter>;
/// Who asks, or why it may not.
using Identity = std::variant<Client*, Answer>;

struct Basic {
    std::string id;
    std::string secret;
};

std::optional<Basic> basic_credentials(std::string_view authorization) {
    constexpr std::string_view scheme = "Basic ";
    if (!authorization.starts_with(scheme)) return std::nullopt;
    const auto text = from_base64(authorization.substr(scheme.size()));
    const std::size_t colon = text ? text->find(':') : std::string::npos;
    if (colon == std::string::npos) return std::nullopt;
    return Basic{text->substr(0, colon), text->substr(colon + 1)};
}

Identity identify_by_assertion(Org& org, std::string_view path, const Form& form, const std::string& assertion, UtcTime now) {
    const Parameter* type = find(form, "client_assertion_type");
    if (!type || type->value != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        return oauth_error(400, "invalid_request", "The client_assertion_type is invalid.");
    auto client = client_by_assertion(org, path, assertion, now);
    if (const auto* why = std::get_if<std::string>(&client)) return invalid_client(org.options.host, *why);
    return std::get<Client*>(client);
}

/// client_secret_basic for integrations, private_key_jwt for custom apps.
Identity identify(Org& org, const Request& request, const Form& form, UtcTime now) {
    const std::string& host = org.options.host;
    const auto authorization = request.find("Authorization");
    const bool in_body = find(form, "client_secret") != nullptr;
    const Parameter* assertion = find(form, "client_assertion");
    if (int(authorization.has_value()) + int(in_body) + int(assertion != nullptr) > 1) {
        org.violations.add("several client credentials in one token request");
        return oauth_error(401, "invalid_request",
                           "Cannot supply multiple client credentials. Use one of the following: "
                           "credentials in the Authorization header, in the post body, or a client_assertion.");
    }
    if (assertion) return identify_by_assertion(org, path_of(request.target), form, assertion->value, now);
    if (in_body) {
        const Parameter* id = find(form, "client_id");
        const Client* client = id ? org.clients.find(id->value) : nullptr;
        if (!client) return invalid_client(host, "Invalid value for 'client_id' parameter.");
        if (client->kind == ClientKind::integration)
            return invalid_client(host,
                                  "OAuth Integration Client Credentials requests to the Org Authorization Server must use "
                                  "either private_key_jwt or client_secret_basic as the token_endpoint_auth_method.");
        return invalid_client(host,
                              "Client Credentials requests to the Org Authorization Server must use the private_key_jwt "
                              "token_endpoint_auth_method.");
    }
    if (!authorization) return invalid_client(host, "No client credentials found.");
    const auto basic = basic_credentials(*authorization);
    if (!basic) return invalid_client(host, "Found Authentication header but was not valid client credentials.");
    Client* client = org.clients.find(basic->id);
    if (!client) return invalid_client(host, "Invalid value for 'client_id' parameter.");
    if (client->kind == ClientKind::custom)
        return invalid_client(host,
                              "Client Credentials requests to the Org Authorization Server must use the private_key_jwt "
                              "token_endpoint_auth_method.");
    const auto fits = [&](const ClientSecret& secret) { return secret.active && secret.text == basic->secret; };
    if (std::ranges::none_of(client->secrets, fits))
        return invalid_client(host, "The client secret supplied for a confidential client is invalid.");
    return client;
}

std::optional<Answer> refuse_grant(const Client& client, const Form& form) {
    const Parameter* grant = find(form, "grant_type");
    if (!grant) return oauth_error(400, "invalid_request", "The token request must specify a 'grant_type'.");
    if (grant->value != "client_credentials")
        return oauth_error(400, "unsupported_grant_type",
                           "The authorization grant type is not supported by the authorization server.");
    if (!client.inside_network_zone)
        return oauth_error(403, "access_denied", "The request is made from outside the client's permitted network zones.");
    const Parameter* scope = find(form, "scope");
    if (!scope || scope->value.empty()) return oauth_error(400, "invalid_scope", "No scopes were requested.");
    if (scope->value != "okta.logs.read")
        return oauth_error(400, "invalid_scope",
                           "One or more scopes are not configured for the authorization server resource.");
    if (!client.scope_granted) return oauth_error(400, "consent_required", "You are not allowed any of the requested scopes.");
    return std::nullopt;
}

/// The thumbprint of the key that the token is to be bound to, empty for none; or what the proof lacks.
std::variant<std::string, Answer> binding(Org& org, const Client& client, const Request& request, UtcTime now) {
    const auto field = request.find("DPoP");
    if (!client.wants_dpop) return std::string();
    if (!field) return oauth_error(400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.");
    const auto proof = check_proof(org, *field, {"POST", "https://" + org.options.host + "/oauth2/v1/token", {}}, now);
    if (const auto* why = std::get_if<std::string>(&proof)) return oauth_error(400, "invalid_dpop_proof", *why);
    if (!org.nonces.accepts(std::get<Proof>(proof).nonce, now)) {
        Answer answer = oauth_error(400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof.");
        answer.headers.emplace_back("dpop-nonce", org.nonces.current(org.random, now));
        return answer;
    }
    return std::get<Proof>(proof).key;
}

/// What a well-behaved client sends, refused or not.
void judge(Org& org, const Request& request, const Form& form) {
    const auto accept = request.find("Accept");
    if (!accept || accept->find("application/json") == std::string_view::npos)
        org.violations.add("token request without Accept: application/json");
    if (request.find("User-Agent").value_or("").empty()) org.violations.add("token request without User-Agent");
    if (request.find("Authorization") && find(form, "client_id"))
        org.violations.add("client_id in the body beside Basic credentials");
}

Answer minted(Org& org, const Client& client, std::string key, UtcTime now) {
    std::string token = org.random.id("eyJraWQiOiJz", 900);
    boost::json::object body{{"token_type", key.empty() ? "Bearer" : "DPoP"},
                             {"expires_in", org.token_lifetime.count()},
                             {"access_token", token},
                             {"scope", "okta.logs.read"}};
    Answer answer(200, {{"Content-Type", "application/json"}}, boost::json::serialize(body));
    if (!key.empty()) answer.headers.emplace_back("dpop-nonce", org.nonces.current(org.random, now));
    org.clients.remember(std::move(token), {client.id, now + org.token_lifetime, std::move(key)});
    ++org.tokens_minted;
    return answer;
}

}  // namespace

Answer token_endpoint(Org& org, const Request& request, UtcTime now, RateState& rate) {
    if (request.method != "POST")
        return okta_error(org.random, 405, "E0000022", "The endpoint does not support the provided HTTP method");
    if (!query_of(request.target).empty()) {
        org.violations.add("credentials or parameters in the query of a token request");
        return oauth_error(400, "invalid_request", "Client credentials cannot be supplied via query parameters.");
    }
    if (!request.find("Content-Type").value_or("").starts_with("application/x-www-form-urlencoded"))
        return okta_error(org.random, 400, "E0000021",
                          "Bad request. Accept and/or Content-Type headers likely do not match supported values.");
    const auto form = parameters_of(request.body);
    if (!form) return oauth_error(400, "invalid_request", "The request body is not a valid form.");
    if (has_duplicates(*form))
        return oauth_error(400, "invalid_request", "The request contained multiple parameters with the same name.");
    judge(org, request, *form);

    Identity identity = identify(org, request, *form, now);
    if (auto* refusal = std::get_if<Answer>(&identity)) return std::move(*refusal);
    // Wrong ids cost no quota; from here on it counts.
    rate = org.token_window.count(now);
    if (rate.exceeded) return too_many_requests(org.random);
    const Client& client = *std::get<Client*>(identity);
    if (auto refusal = refuse_grant(client, *form)) return std::move(*refusal);
    auto key = binding(org, client, request, now);
    if (auto* refusal = std::get_if<Answer>(&key)) return std::move(*refusal);
    return minted(org, client, std::move(std::get<std::string>(key)), now);
}

Answer revoke_endpoint(Org& org, const Request& request, UtcTime now) {
    const auto form = parameters_of(request.body);
    if (request.method != "POST" || !form || !query_of(request.target).empty())
        return oauth_error(400, "invalid_request", "The request is not valid.");
    Identity identity = identify(org, request, *form, now);
    if (auto* refusal = std::get_if<Answer>(&identity)) return std::move(*refusal);
    const Parameter* token = find(*form, "token");
    if (AccessToken* access = token ? org.clients.find_token(token->value) : nullptr) access->revoked = true;
    return Answer(200);
}

}  // namespace oktail::simulator
