#pragma once

#include <oktail/core/secret.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Base64 with the URL alphabet and without padding (RFC 7515 §2), as in tokens, proofs and keys.
std::string base64url(std::string_view bytes);
/// nullopt: not base64url, or not the one way to write these bytes. Nothing else keeps a copy of them.
std::optional<Secret> from_base64url(std::string_view text);

}  // namespace oktail
