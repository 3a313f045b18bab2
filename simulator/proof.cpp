#include "simulator/proof.hpp"

#include "simulator/crypto.hpp"
#include "simulator/jwt.hpp"

namespace oktail::simulator {
namespace {

constexpr std::int64_t oldest = 300;

/// Empty: nothing is wrong with its claims.
std::string wrong_claim(const Jwt& jwt, const ProofOf& wanted, UtcTime now) {
    if (jwt.claim_text("htm") != wanted.method) return "The 'htm' claim in the DPoP proof JWT is invalid.";
    if (jwt.claim_text("htu") != wanted.url) return "The 'htu' claim in the DPoP proof JWT is invalid.";
    const std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto issued = jwt.claim_time("iat");
    if (!issued) return "The 'iat' claim in the DPoP proof JWT is invalid.";
    if (*issued > seconds) return "The DPoP proof JWT was issued in the future.";
    if (*issued < seconds - oldest) return "The DPoP proof JWT was issued more than five minutes in the past.";
    if (jwt.claim_text("jti").empty()) return "The 'jti' claim in the DPoP proof JWT is missing.";
    if (!wanted.token.empty() && jwt.claim_text("ath") != base64url(sha256(wanted.token)))
        return "The 'ath' claim in the DPoP proof JWT does not match the access token.";
    return {};
}

}  // namespace

std::variant<Proof, std::string> check_proof(const Org& org, std::string_view field, const ProofOf& wanted, UtcTime now) {
    const auto jwt = parse_jwt(field);
    if (!jwt) return "The DPoP proof JWT cannot be parsed.";
    if (jwt->header_text("typ") != "dpop+jwt") return "The 'typ' header in the DPoP proof JWT is invalid.";
    if (!is_known_algorithm(jwt->header_text("alg"))) return "The 'alg' header in the DPoP proof JWT is invalid.";
    const auto* jwk = jwt->header.if_contains("jwk");
    if (!jwk || !jwk->is_object()) return "The 'jwk' header in the DPoP proof JWT is invalid.";
    for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "k"})
        if (jwk->get_object().contains(secret)) return "The 'jwk' header in the DPoP proof JWT holds a private key.";
    if (!is_signed_by(*jwt, jwk->get_object())) return "The DPoP proof JWT signature is invalid.";
    if (std::string wrong = wrong_claim(*jwt, wanted, now); !wrong.empty()) return wrong;
    if (org.proof_ids.was_used_before(jwt->claim_text("jti"))) return "The DPoP proof JWT has already been used.";
    return Proof{thumbprint(jwk->get_object()), std::string(jwt->claim_text("nonce"))};
}

}  // namespace oktail::simulator
