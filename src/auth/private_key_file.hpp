#pragma once

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include "auth/private_key.hpp"

#include <string>
#include <string_view>

namespace oktail {

/// A key as its file has it, and what the file calls it.
class KeyOfFile {
public:
    KeyOfFile(PrivateKey key, std::string id) : key(std::move(key)), id(std::move(id)) {}

    PrivateKey key;
    std::string id;  ///< the `kid` of a JWK; empty for PEM
};

/// Reads PEM (PKCS#1, SEC 1, PKCS#8, also encrypted) or a JWK (RFC 7517), told apart by their first character. `passphrase` is
/// looked at only if the key is encrypted, and may be empty; nobody is ever asked for one. Errors (unauthorized): what is
/// wrong, and behind "; " what to do; never a byte of the text.
Result<KeyOfFile> parse_private_key(std::string_view text, const Secret& passphrase);

}  // namespace oktail
