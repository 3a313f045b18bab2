#pragma once

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include "auth/openssl_handle.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace oktail {

/// How a key signs (RFC 7518 §3): Okta takes both for assertions and for proofs.
enum class KeyAlgorithm : std::uint8_t {
    rs256,  ///< RSA of at least 2048 bits
    es256,  ///< the curve P-256
};

/// "RS256", "ES256"
std::string_view to_string(KeyAlgorithm algorithm) noexcept;

/// A key that signs. What it is made of does not leave it but for pem(). Any thread.
class PrivateKey {
public:
    /// Errors (unauthorized): the kind of key, its size, or parts that do not belong together.
    static Result<PrivateKey> of(EVP_PKEY* taken);
    /// A fresh one: P-256, or RSA of 2048 bits, which takes up to a second.
    static PrivateKey generate(KeyAlgorithm algorithm);

    KeyAlgorithm algorithm() const noexcept { return algorithm_; }
    /// As a JWS has it (RFC 7518 §3.3, §3.4): for ES256 R and S, 64 bytes, not DER.
    std::string sign(std::string_view bytes) const;
    /// The public half as JSON, in the order that RFC 7638 hashes.
    const std::string& public_jwk() const noexcept { return public_jwk_; }
    /// RFC 7638, with SHA-256, as base64url.
    std::string thumbprint() const;
    /// PKCS#8, not encrypted.
    Secret pem() const;

private:
    using Handle = OpensslHandle<EVP_PKEY, EVP_PKEY_free>;

    PrivateKey(Handle key, KeyAlgorithm algorithm);

    Handle key_;
    KeyAlgorithm algorithm_;
    std::string public_jwk_;
};

/// SHA-256, 32 bytes.
std::string sha256(std::string_view bytes);

}  // namespace oktail
