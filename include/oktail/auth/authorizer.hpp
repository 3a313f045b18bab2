#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/http/http_client.hpp>

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

namespace oktail {

/// What one request must carry: `Authorization`, and a fresh `DPoP` proof where the org demands it.
/// Proofs are good for one attempt only, so ask again before every retry.
class AuthHeaders {
public:
    AuthHeaders() = default;
    AuthHeaders(Secret authorization, Secret dpop, std::uint64_t token)
        : authorization(std::move(authorization)), dpop(std::move(dpop)), token(token) {}

    Secret authorization;     ///< the whole field value, "Bearer ..." or "DPoP ..."
    Secret dpop;              ///< empty without DPoP
    std::uint64_t token = 0;  ///< which token they carry; grows with every grant
};

/// What a refusing answer of the resource said: RFC 6750 §3, RFC 9449 §7.1.
class AuthChallenge {
public:
    AuthChallenge() = default;
    AuthChallenge(unsigned status, std::string error, std::string description)
        : status(status), error(std::move(error)), description(std::move(description)) {}

    unsigned status = 0;
    std::string error;        ///< "invalid_token", "insufficient_scope", ...; empty if the answer named none
    std::string description;  ///< the peer's text, quoted
};

/// Holds the tenant's access token and renews it; the only place that knows credentials.
class Authorizer {
public:
    virtual ~Authorizer() = default;

    /// Headers with a token good for one more minute, or a tenth of its life where that is shorter; concurrent callers share
    /// one grant. Waits through transient trouble of the token endpoint with a backoff of its own. Errors: unauthorized (a
    /// person must act), stopped. Call on the tenant's shard.
    virtual asio::awaitable<Result<AuthHeaders>> authorize(Method method, std::string url, std::stop_token stop) = 0;
    /// Okta refused headers that carried `token` (401, or a DPoP challenge): says whether asking again, once, can help.
    virtual bool refused(std::uint64_t token, AuthChallenge challenge) = 0;
    /// Every answer, good ones too: a DPoP nonce and the server's clock may come with any of them.
    virtual void observed(const ResponseHead& head) = 0;
    /// The org's clock, by the `Date` of the newest answer observed; our own before the first.
    virtual UtcTime server_now() const = 0;
};

}  // namespace oktail
