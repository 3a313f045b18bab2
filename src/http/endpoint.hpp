#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/model/origin.hpp>

#include "core/host_port.hpp"
#include "core/log.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace oktail {

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
