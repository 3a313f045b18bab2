#pragma once

#include "simulator/org.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace oktail::simulator {

/// The client that a private_key_jwt assertion proves to the endpoint of that path, or what Okta says of it (with 401
/// invalid_client).
std::variant<Client*, std::string> client_by_assertion(Org& org, std::string_view path, std::string_view assertion,
                                                       UtcTime now);

}  // namespace oktail::simulator
