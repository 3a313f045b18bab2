#pragma once

#include <oktail/core/secret.hpp>

#include "auth/client_credential.hpp"

#include <functional>
#include <string>
#include <vector>

namespace oktail {

/// client_secret_basic, what an OIN integration uses (RFC 6749 §2.3.1). `read` is called before every grant; Okta allows two
/// secrets at a time, so that one can be rotated while the other serves.
CredentialSource client_secrets(std::string client_id, std::function<Result<std::vector<Secret>>()> read);

}  // namespace oktail
