#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/http/http_client.hpp>

#include <functional>
#include <memory>
#include <string>
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

/// Reads the credentials afresh, so that a rotation needs no restart; in the order they are to be tried, never empty.
/// Errors: unauthorized (unreadable).
using CredentialSource = std::function<Result<std::vector<std::unique_ptr<ClientCredential>>>()>;

}  // namespace oktail
