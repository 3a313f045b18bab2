#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/http/http_client.hpp>

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

inline constexpr std::string_view token_path = "/oauth2/v1/token";
inline constexpr std::string_view log_scope = "okta.logs.read";

/// One way for a client to prove who it is: a secret, or a key that signs assertions.
class ClientCredential {
public:
    virtual ~ClientCredential() = default;

    /// A token request for one attempt: an assertion is good for one. `now` is the server's clock. Errors: unauthorized.
    virtual Result<HttpRequest> token_request(UtcTime now) const = 0;
    /// For people: "secret 1 of 2".
    virtual const std::string& name() const = 0;
};

using Credentials = std::vector<std::unique_ptr<ClientCredential>>;

/// A client's credentials, read afresh for every grant, so that a rotation needs no restart.
class CredentialSource {
public:
    virtual ~CredentialSource() = default;

    /// In the order they are to be tried, never empty. Errors: unauthorized (they cannot be read: a person must act), transient
    /// (not yet), stopped.
    virtual asio::awaitable<Result<Credentials>> read(std::stop_token stop) = 0;
};

}  // namespace oktail
