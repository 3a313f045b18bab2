#include "auth/private_key.hpp"

#include "auth/base64url.hpp"
#include "core/assert.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <utility>

namespace oktail {
namespace {

constexpr int least_rsa_bits = 2048;
constexpr std::size_t coordinate_bytes = 32;

using Number = OpensslHandle<BIGNUM, BN_clear_free>;
using Digest = OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Signature = OpensslHandle<ECDSA_SIG, ECDSA_SIG_free>;
using Memory = OpensslHandle<BIO, BIO_free>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// A public parameter as base64url of its big-endian bytes; of a curve's coordinate with leading zeros (RFC 7518 §6).
std::string parameter(EVP_PKEY* key, const char* name, std::size_t least_bytes = 0) {
    BIGNUM* found = nullptr;
    OKTAIL_ASSERT(EVP_PKEY_get_bn_param(key, name, &found) == 1);
    const Number number(found);
    std::string bytes(std::max(least_bytes, static_cast<std::size_t>(BN_num_bytes(found))), '\0');
    BN_bn2binpad(found, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    return base64url(bytes);
}

std::string public_jwk_of(EVP_PKEY* key, KeyAlgorithm algorithm) {
    if (algorithm == KeyAlgorithm::es256)
        return R"({"crv":"P-256","kty":"EC","x":")" + parameter(key, OSSL_PKEY_PARAM_EC_PUB_X, coordinate_bytes) +
               R"(","y":")" + parameter(key, OSSL_PKEY_PARAM_EC_PUB_Y, coordinate_bytes) + "\"}";
    return R"({"e":")" + parameter(key, OSSL_PKEY_PARAM_RSA_E) + R"(","kty":"RSA","n":")" +
           parameter(key, OSSL_PKEY_PARAM_RSA_N) + "\"}";
}

/// R and S out of DER.
std::string raw_signature(const std::string& der) {
    const unsigned char* at = bytes_of(der);
    const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    OKTAIL_ASSERT(signature != nullptr);
    std::string raw(2 * coordinate_bytes, '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, coordinate_bytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + coordinate_bytes, coordinate_bytes);
    return raw;
}

/// What fails here says so itself; what it leaves in the thread's queue would be taken for somebody else's.
class ForgottenErrors {
public:
    ForgottenErrors() = default;
    ForgottenErrors(const ForgottenErrors&) = delete;
    ForgottenErrors& operator=(const ForgottenErrors&) = delete;
    ~ForgottenErrors() { ERR_clear_error(); }
};

/// Empty if the key cannot sign.
std::string signature_of(EVP_PKEY* key, std::string_view bytes) {
    const Digest digest(EVP_MD_CTX_new());
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(bytes),
                       bytes.size()) != 1)
        size = 0;
    signature.resize(size);
    return signature;
}

/// What a private half signs, the public half must accept; or else every assertion would be refused, and nobody knew why.
bool halves_fit(EVP_PKEY* key) {
    constexpr std::string_view text = "oktail";
    const std::string signature = signature_of(key, text);
    const Digest digest(EVP_MD_CTX_new());
    return !signature.empty() && EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
           EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

bool is_p256(EVP_PKEY* key) {
    std::array<char, 64> group{};
    std::size_t size = 0;
    return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
           std::string_view(group.data(), size) == "prime256v1";
}

Error unusable(const std::string& why, const std::string& advice) {
    return Error(ErrorKind::unauthorized, why + "; " + advice);
}

constexpr const char* other_key = "use a key for RS256 (RSA, 2048 bits or more) or ES256 (P-256), such as oktail keygen makes";

}  // namespace

std::string_view to_string(KeyAlgorithm algorithm) noexcept { return algorithm == KeyAlgorithm::rs256 ? "RS256" : "ES256"; }

PrivateKey::PrivateKey(Handle key, KeyAlgorithm algorithm)
    : key_(std::move(key)), algorithm_(algorithm), public_jwk_(public_jwk_of(key_.get(), algorithm)) {}

Result<PrivateKey> PrivateKey::of(EVP_PKEY* taken) {
    Handle key(taken);
    const ForgottenErrors none_left;
    const bool is_rsa = EVP_PKEY_is_a(taken, "RSA") == 1;
    if (!is_rsa && !is_p256(taken)) return unusable("is a key of a kind that Okta does not take", other_key);
    if (is_rsa && EVP_PKEY_get_bits(taken) < least_rsa_bits)
        return unusable("is an RSA key of " + std::to_string(EVP_PKEY_get_bits(taken)) + " bits, which is too weak", other_key);
    if (!halves_fit(taken)) return unusable("is damaged: its private and its public half do not fit", "write it there again");
    return PrivateKey(std::move(key), is_rsa ? KeyAlgorithm::rs256 : KeyAlgorithm::es256);
}

PrivateKey PrivateKey::generate(KeyAlgorithm algorithm) {
    Handle key(algorithm == KeyAlgorithm::es256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(least_rsa_bits));
    OKTAIL_ASSERT(key != nullptr);
    return PrivateKey(std::move(key), algorithm);
}

std::string PrivateKey::sign(std::string_view bytes) const {
    const std::string signature = signature_of(key_.get(), bytes);
    OKTAIL_ASSERT(!signature.empty());
    return algorithm_ == KeyAlgorithm::es256 ? raw_signature(signature) : signature;
}

std::string PrivateKey::thumbprint() const { return base64url(sha256(public_jwk_)); }

Secret PrivateKey::pem() const {
    const Memory memory(BIO_new(BIO_s_secmem()));
    OKTAIL_ASSERT(PEM_write_bio_PKCS8PrivateKey(memory.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return Secret(std::string_view(text, static_cast<std::size_t>(size)));
}

std::string sha256(std::string_view bytes) {
    std::string digest(32, '\0');
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(), nullptr);
    return digest;
}

}  // namespace oktail
