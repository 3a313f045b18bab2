#pragma once

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/http/http_client.hpp>

#include <string_view>

namespace oktail {

/// The request as it goes over the wire (RFC 9112 §3), head and body. It holds the credentials, so it is wiped when it goes.
/// Errors: transient, for a target or a field that would break out of its line.
Result<Secret> request_text(const HttpRequest& request, std::string_view authority, std::string_view user_agent);

/// Nothing in it ends a line: RFC 9110 §5.5, and plain ASCII.
bool is_field_value(std::string_view text);

}  // namespace oktail
