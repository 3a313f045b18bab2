#pragma once

#include <oktail/core/secret.hpp>

#include "auth/private_key.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <string>

namespace oktail {

/// `iat` is that much before the server's clock, as far as we know it: an `iat` in the future is refused.
inline constexpr std::chrono::seconds back_dated{5};

/// Signed by `key`, in the compact form (RFC 7515 §7.1). `header` gets the key's `alg`.
Secret signed_jwt(boost::json::object header, const boost::json::object& claims, const PrivateKey& key);

/// A `jti` that nobody had before: 128 random bits.
std::string fresh_jwt_id();

}  // namespace oktail
