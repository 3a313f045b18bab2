#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/http/http_client.hpp>

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

inline constexpr std::string_view token_path = "/oauth2/v1/token";
inline constexpr std::string_view revoke_path = "/oauth2/v1/revoke";
inline constexpr std::string_view log_scope = "okta.logs.read";

/// One way for a client to prove who it is: a secret, or a key that signs assertions.
class ClientCredential {
public:
    explicit ClientCredential(std::string name) : name_(std::move(name)) {}
    virtual ~ClientCredential() = default;

    /// A POST of this form, which begins with no ampersand, for one attempt: an assertion is good for one, at `url` alone,
    /// which ends with `path`. `now` is the server's clock. Errors: stopped.
    virtual asio::awaitable<Result<HttpRequest>> request(std::string_view path, std::string url, Secret form, UtcTime now,
                                                         std::stop_token stop) const = 0;
    /// Whether the server refuses it when `now` is wrong.
    virtual bool depends_on_time() const = 0;
    /// For people: "secret 1 of 2".
    const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
};

/// Each of the configured ones, or why it cannot be used.
using Credentials = std::vector<Result<std::unique_ptr<ClientCredential>>>;

/// "secret 1 of 2"
std::string credential_name(std::string_view kind, std::size_t place, std::size_t count);

/// A form to post; `more` begins with an ampersand.
HttpRequest form_request(std::string_view path, const Secret& form, const Secret& more);
/// The client_credentials grant (RFC 6749 §4.4.2).
Secret token_form();

/// A client's credentials, read afresh for every grant, so that a rotation needs no restart.
class CredentialSource {
public:
    virtual ~CredentialSource() = default;

    /// In the order they are to be tried, never empty. Errors: transient (not yet), stopped.
    virtual asio::awaitable<Result<Credentials>> read(std::stop_token stop) = 0;
};

}  // namespace oktail
