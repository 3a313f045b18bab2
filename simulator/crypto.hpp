#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oktail::simulator {

/// 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
/// 32 bytes.
std::string sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
std::string base64(std::string_view bytes);
/// nullopt: not base64.
std::optional<std::string> from_base64(std::string_view text);
/// RFC 7515 §2.
std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace oktail::simulator
