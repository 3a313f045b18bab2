#pragma once

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/http/http_client.hpp>

#include <string>
#include <string_view>

namespace oktail {

/// What asks a proxy for a tunnel to `destination`, "host:port" (RFC 9110 §9.3.6). `authorization` is the whole value of
/// Proxy-Authorization; none if empty. Errors: transient, if it is no field value.
Result<Secret> connect_text(std::string_view destination, std::string_view authorization, std::string_view user_agent);

/// What the proxy's answer means: behind a 2xx the tunnel begins. `authorized`: it was given credentials. Errors: transient.
Result<void> tunnel_verdict(const ResponseHead& head, bool authorized);

}  // namespace oktail
