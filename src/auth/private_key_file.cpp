#include "auth/private_key_file.hpp"

#include "auth/base64url.hpp"
#include "auth/secret_json.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace oktail {
namespace {

constexpr std::size_t most_id_bytes = 256;

using Number = OpensslHandle<BIGNUM, BN_clear_free>;
using Memory = OpensslHandle<BIO, BIO_free>;
using Builder = OpensslHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = OpensslHandle<OSSL_PARAM, OSSL_PARAM_free>;
using Context = OpensslHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

Error unusable(const std::string& why, const std::string& advice) {
    return Error(ErrorKind::unauthorized, why + "; " + advice);
}

/// What OpenSSL calls for the passphrase of an encrypted key.
struct Passphrase {
    std::string_view text;
    bool asked = false;

    static int give(char* buffer, int size, int, void* self) {
        auto& passphrase = *static_cast<Passphrase*>(self);
        passphrase.asked = true;
        if (passphrase.text.empty() || passphrase.text.size() > static_cast<std::size_t>(size)) return -1;
        std::memcpy(buffer, passphrase.text.data(), passphrase.text.size());
        return static_cast<int>(passphrase.text.size());
    }
};

Error no_private_pem(std::string_view text, const Passphrase& passphrase) {
    if (passphrase.asked && passphrase.text.empty()) return unusable("is encrypted", "name a passphrase_file for it");
    if (passphrase.asked) return unusable("cannot be decrypted: the passphrase is wrong", "look at its passphrase_file");
    if (text.find("PUBLIC KEY-----") != std::string_view::npos)
        return unusable("holds a public key", "put the private key there; the public one belongs to Okta");
    if (text.find("CERTIFICATE-----") != std::string_view::npos)
        return unusable("holds a certificate", "put the private key there");
    return unusable("holds no private key that can be read", "put a key in PEM or JWK there, such as oktail keygen makes");
}

Result<KeyOfFile> parse_pem(std::string_view text, const Secret& secret) {
    Passphrase passphrase{secret.reveal()};
    const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    EVP_PKEY* found = PEM_read_bio_PrivateKey(memory.get(), nullptr, &Passphrase::give, &passphrase);
    ERR_clear_error();
    if (!found) return no_private_pem(text, passphrase);
    auto key = PrivateKey::of(found);
    if (!key) return key.error();
    return KeyOfFile(std::move(*key), {});
}

/// The parts of a JWK as OpenSSL wants them.
class JwkParts {
public:
    explicit JwkParts(const SecretJson& jwk) : jwk_(jwk), builder_(OSSL_PARAM_BLD_new()) {}

    bool has(const char* member) const { return jwk_.find(member) != nullptr; }
    /// False if it is missing or no base64url.
    bool add_number(const char* member, const char* name) {
        const auto bytes = from_base64url(jwk_.text(member));
        if (!bytes || bytes->empty()) return false;
        const std::string_view text = bytes->reveal();
        numbers_.emplace_back(BN_secure_new());
        return BN_bin2bn(reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()),
                         numbers_.back().get()) != nullptr &&
               OSSL_PARAM_BLD_push_BN(builder_.get(), name, numbers_.back().get()) == 1;
    }
    /// A point of P-256, uncompressed (SEC 1 §2.3.3).
    bool add_point() {
        const auto x = from_base64url(jwk_.text("x"));
        const auto y = from_base64url(jwk_.text("y"));
        if (!x || !y || x->reveal().size() != 32 || y->reveal().size() != 32) return false;
        point_ = "\x04" + std::string(x->reveal()) + std::string(y->reveal());
        return OSSL_PARAM_BLD_push_octet_string(builder_.get(), OSSL_PKEY_PARAM_PUB_KEY, point_.data(), point_.size()) == 1;
    }
    bool add_curve() {
        return OSSL_PARAM_BLD_push_utf8_string(builder_.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1;
    }
    /// nullptr if they make no key.
    EVP_PKEY* key(const char* type) {
        const Parameters parameters(OSSL_PARAM_BLD_to_param(builder_.get()));
        const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
        EVP_PKEY* key = nullptr;
        if (parameters && EVP_PKEY_fromdata_init(context.get()) == 1)
            EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get());
        ERR_clear_error();
        return key;
    }

private:
    const SecretJson& jwk_;
    Builder builder_;
    std::vector<Number> numbers_;  // the builder only points at them
    std::string point_;
};

/// nullptr: a part is missing or wrong.
EVP_PKEY* ec_key(JwkParts& parts) {
    const bool whole = parts.add_curve() && parts.add_point() && parts.add_number("d", OSSL_PKEY_PARAM_PRIV_KEY);
    return whole ? parts.key("EC") : nullptr;
}

EVP_PKEY* rsa_key(JwkParts& parts) {
    constexpr std::array<std::pair<const char*, const char*>, 3> needed{
        {{"n", OSSL_PKEY_PARAM_RSA_N}, {"e", OSSL_PKEY_PARAM_RSA_E}, {"d", OSSL_PKEY_PARAM_RSA_D}}};
    // All or none of them (RFC 7518 §6.3.2); they make it faster.
    constexpr std::array<std::pair<const char*, const char*>, 5> primes{{{"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                                         {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                                         {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                                         {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                                         {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};
    for (const auto& [member, name] : needed)
        if (!parts.add_number(member, name)) return nullptr;
    if (parts.has("p"))
        for (const auto& [member, name] : primes)
            if (!parts.add_number(member, name)) return nullptr;
    return parts.key("RSA");
}

Result<KeyOfFile> parse_jwk(std::string_view text) {
    const SecretJson jwk(text);
    if (!jwk.is_object()) return unusable("looks like a JWK and is no JSON object", "put the whole key there, from { to }");
    if (jwk.find("keys")) return unusable("holds a set of keys", "put one private key there; list several under private_keys");
    const std::string_view type = jwk.text("kty");
    if (type != "RSA" && (type != "EC" || jwk.text("crv") != "P-256"))
        return unusable("is a JWK of a kind that Okta does not take", "use kty RSA, or EC with crv P-256");
    if (!jwk.find("d")) return unusable("holds a public key", "put the private key there; the public one belongs to Okta");
    JwkParts parts(jwk);
    EVP_PKEY* made = type == "RSA" ? rsa_key(parts) : ec_key(parts);
    if (!made) return unusable("is a JWK with a part missing or damaged", "write it there again");
    auto key = PrivateKey::of(made);
    if (!key) return key.error();
    const std::string_view id = jwk.text("kid");
    if (id.size() > most_id_bytes) return unusable("has a kid of more than 256 characters", "give the key a shorter one");
    return KeyOfFile(std::move(*key), std::string(id));
}

}  // namespace

Result<KeyOfFile> parse_private_key(std::string_view text, const Secret& passphrase) {
    ERR_clear_error();
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return parse_jwk(text);
    return parse_pem(text, passphrase);
}

}  // namespace oktail
