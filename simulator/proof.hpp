#pragma once

#include "simulator/org.hpp"

#include <oktail/core/clock.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace oktail::simulator {

/// What a DPoP proof (RFC 9449 §4.3) has to be made out to.
struct ProofOf {
    std::string_view method;
    std::string url;         ///< without query
    std::string_view token;  ///< empty: a token request
};

/// What is right about a proof.
struct Proof {
    std::string key;  ///< thumbprint
    std::string nonce;
};

/// The proof in a request's DPoP field, or what Okta says of it (as invalid_dpop_proof). Nonces are not looked at.
std::variant<Proof, std::string> check_proof(const Org& org, std::string_view field, const ProofOf& wanted, UtcTime now);

}  // namespace oktail::simulator
