#include "simulator/assertion.hpp"

#include "simulator/jwt.hpp"

#include <algorithm>

namespace oktail::simulator {
namespace {

constexpr std::int64_t longest_life = 3'600;

/// Empty: nothing is wrong with its times.
std::string wrong_time(const Jwt& jwt, UtcTime now) {
    const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto expires = jwt.claim_time("exp");
    if (!expires) return "The client_assertion token must contain 'exp' claim.";
    if (*expires <= seconds) return "The client_assertion token is expired.";
    if (*expires > seconds + longest_life) return "The client_assertion token has an expiration too far into the future.";
    if (jwt.claims.contains("iat") && jwt.claim_time("iat").value_or(seconds + 1) > seconds)
        return "The client_assertion token must be issued before the current time.";
    return {};
}

const PublicKey* key_for(const Client& client, std::string_view id) {
    const auto fits = [&](const PublicKey& key) { return key.active && (id.empty() || key.id == id); };
    if (id.empty() && std::ranges::count_if(client.keys, fits) > 1) return nullptr;
    const auto found = std::ranges::find_if(client.keys, fits);
    return found == client.keys.end() ? nullptr : &*found;
}

}  // namespace

std::variant<Client*, std::string> client_by_assertion(Org& org, std::string_view path, std::string_view assertion,
                                                       UtcTime now) {
    const auto jwt = parse_jwt(assertion);
    if (!jwt) return "The client_assertion parsing failed.";
    if (!is_known_algorithm(jwt->header_text("alg"))) return "The client_assertion JWT algorithm is invalid.";
    const std::string_view issuer = jwt->claim_text("iss");
    Client* const client = org.clients.find(issuer);
    if (!client || jwt->claim_text("sub") != issuer)
        return "The issuer or subject of client_assertion is not a valid client_id.";
    if (client->kind == ClientKind::integration) return "The client is not allowed to use the method private_key_jwt.";
    if (client->keys.empty()) return "The JWKSet for the client is not configured or invalid.";
    const PublicKey* key = key_for(*client, jwt->header_text("kid"));
    if (!key) return "The client_assertion JWT kid is invalid.";
    if (!is_signed_by(*jwt, key->jwk)) return "The client_assertion signature is invalid.";
    if (jwt->claim_text("aud") != "https://" + org.options.host + std::string(path))
        return "The audience claim for client_assertion must be the endpoint invoked for the request.";
    if (std::string wrong = wrong_time(*jwt, now); !wrong.empty()) return wrong;
    if (org.assertion_ids.was_used_before(jwt->claim_text("jti"))) return "The client_assertion token has already been used.";
    return client;
}

}  // namespace oktail::simulator
