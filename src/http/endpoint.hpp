#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/model/origin.hpp>

#include "core/log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace oktail {

/// Where TCP goes: a name or an IP address, and a port.
class HostPort {
public:
    HostPort() = default;
    HostPort(std::string host, std::uint16_t port) : host(std::move(host)), port(port) {}
    bool operator==(const HostPort&) const = default;

    std::string host;
    std::uint16_t port = 0;
};

/// "host:port", "[::1]:8443". nullopt for anything else.
std::optional<HostPort> parse_host_port(std::string_view text);

/// The one peer of a client: whom it speaks to, how it gets there, and whom it trusts.
class HttpsEndpoint {
public:
    HttpsEndpoint() = default;
    explicit HttpsEndpoint(Origin origin) : origin(std::move(origin)) {}

    Origin origin;           ///< TLS name, Host field
    std::string connect_to;  ///< "host:port" where TCP goes instead; empty: the origin
    std::string proxy;       ///< "host:port" of an HTTP proxy that TCP goes to, for a tunnel from there; empty: none
    /// Asked before each tunnel for the value of Proxy-Authorization; empty: none. On the client's shard. Errors: any.
    std::function<asio::awaitable<Result<Secret>>(std::stop_token)> proxy_authorization;
    std::string ca_pem;  ///< trusted CA certificates; empty: the system's
    log::Scope scope;    ///< on every line about it
};

}  // namespace oktail
