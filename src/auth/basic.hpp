#pragma once

#include <oktail/core/secret.hpp>

#include <string_view>

namespace oktail {

/// "Basic ..." for a user (or a client) and a password (RFC 7617).
Secret basic_authorization(std::string_view user, std::string_view password);

}  // namespace oktail
