#pragma once

#include <oktail/auth/authorizer.hpp>

namespace oktail {

/// What WWW-Authenticate says under the scheme Bearer or DPoP (RFC 6750 §3, RFC 9449 §7.1); of several challenges the first
/// with an `error`. Only the status, if there is none.
AuthChallenge auth_challenge(const ResponseHead& head);

}  // namespace oktail
