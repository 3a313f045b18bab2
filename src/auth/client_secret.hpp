#pragma once

#include <oktail/core/secret.hpp>

#include "auth/client_credential.hpp"

#include <string>
#include <vector>

namespace oktail {

/// client_secret_basic, what an OIN integration uses (RFC 6749 §2.3.1). Okta allows two secrets at a time, so that one can be
/// rotated while the other serves. A secret that could not be read stays one that cannot be used.
Credentials client_secrets(const std::string& client_id, const std::vector<Result<Secret>>& secrets);

}  // namespace oktail
