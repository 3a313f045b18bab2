#include "simulator/jwt.hpp"

#include "core/assert.hpp"
#include "simulator/crypto.hpp"
#include "simulator/openssl_handle.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <memory>

namespace oktail::simulator {
namespace {

namespace json = boost::json;

using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

struct Algorithm {
    std::string_view name;
    const EVP_MD* (*digest)();
    std::string_view curve;  ///< empty: RSA
    std::size_t half = 0;    ///< bytes of R, and of S
    const char* group = "";
};
const std::array algorithms{
    Algorithm{"RS256", EVP_sha256, ""},
    Algorithm{"RS384", EVP_sha384, ""},
    Algorithm{"RS512", EVP_sha512, ""},
    Algorithm{"ES256", EVP_sha256, "P-256", 32, "prime256v1"},
    Algorithm{"ES384", EVP_sha384, "P-384", 48, "secp384r1"},
    Algorithm{"ES512", EVP_sha512, "P-521", 66, "secp521r1"},
};

const Algorithm* algorithm_of(std::string_view name) {
    const auto found = std::ranges::find(algorithms, name, &Algorithm::name);
    return found == algorithms.end() ? nullptr : &*found;
}

std::string_view text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (!value || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
}

std::optional<json::object> object_of(std::string_view part) {
    const auto text = from_base64url(part);
    if (!text) return std::nullopt;
    json::error_code ec;
    const json::value value = json::parse(*text, ec);
    if (ec || !value.is_object()) return std::nullopt;
    return value.get_object();
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Number number_of(std::string_view bytes) { return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)); }

Key public_key(const char* type, const Builder& builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
    return Key(key);
}

Key rsa_key(const json::object& jwk) {
    const auto n = from_base64url(text_of(jwk, "n"));
    const auto e = from_base64url(text_of(jwk, "e"));
    if (text_of(jwk, "kty") != "RSA" || !n || !e) return nullptr;
    const Number modulus = number_of(*n);
    const Number exponent = number_of(*e);
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return public_key("RSA", builder);
}

Key ec_key(const json::object& jwk, const Algorithm& algorithm) {
    const auto x = from_base64url(text_of(jwk, "x"));
    const auto y = from_base64url(text_of(jwk, "y"));
    if (text_of(jwk, "kty") != "EC" || text_of(jwk, "crv") != algorithm.curve || !x || !y) return nullptr;
    const std::string point = "\x04" + *x + *y;
    const Builder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, algorithm.group, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return public_key("EC", builder);
}

/// DER out of R and S; empty if they are not the right length.
std::string der_of(std::string_view raw, std::size_t half) {
    if (raw.size() != 2 * half) return {};
    ECDSA_SIG* const signature = ECDSA_SIG_new();
    ECDSA_SIG_set0(signature, number_of(raw.substr(0, half)).release(), number_of(raw.substr(half)).release());
    unsigned char* out = nullptr;
    const int size = i2d_ECDSA_SIG(signature, &out);
    ECDSA_SIG_free(signature);
    std::string der(reinterpret_cast<const char*>(out), static_cast<std::size_t>(std::max(size, 0)));
    OPENSSL_free(out);
    return der;
}

}  // namespace

std::string_view Jwt::header_text(std::string_view name) const { return text_of(header, name); }
std::string_view Jwt::claim_text(std::string_view name) const { return text_of(claims, name); }
std::optional<std::int64_t> Jwt::claim_time(std::string_view name) const {
    const json::value* value = claims.if_contains(name);
    if (!value || !value->is_int64()) return std::nullopt;
    return value->get_int64();
}

std::optional<Jwt> parse_jwt(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    auto header = object_of(text.substr(0, first));
    auto claims = object_of(text.substr(first + 1, second - first - 1));
    auto signature = from_base64url(text.substr(second + 1));
    if (!header || !claims || !signature) return std::nullopt;
    return Jwt{std::move(*header), std::move(*claims), std::string(text.substr(0, second)), std::move(*signature)};
}

bool is_known_algorithm(std::string_view algorithm) { return algorithm_of(algorithm) != nullptr; }

bool is_signed_by(const Jwt& jwt, const json::object& jwk) {
    const Algorithm* algorithm = algorithm_of(jwt.header_text("alg"));
    if (!algorithm) return false;
    const Key key = algorithm->half == 0 ? rsa_key(jwk) : ec_key(jwk, *algorithm);
    const std::string signature = algorithm->half == 0 ? jwt.signature : der_of(jwt.signature, algorithm->half);
    if (!key || signature.empty()) return false;
    const Digest digest(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit(digest.get(), nullptr, algorithm->digest(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(jwt.signed_text),
                            jwt.signed_text.size()) == 1;
}

std::string thumbprint(const json::object& jwk) {
    const auto members = text_of(jwk, "kty") == "RSA" ? std::vector<std::string_view>{"e", "kty", "n"}
                                                      : std::vector<std::string_view>{"crv", "kty", "x", "y"};
    json::object hashed;
    for (const std::string_view member : members) {
        if (text_of(jwk, member).empty()) return {};
        hashed[member] = text_of(jwk, member);
    }
    return base64url(sha256(json::serialize(hashed)));
}

KeyPair make_key_pair() {
    const Key key(EVP_EC_gen("P-256"));
    OKTAIL_ASSERT(key);
    const Bio memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    KeyPair pair;
    pair.private_pem.assign(text, static_cast<std::size_t>(size));
    pair.public_jwk = {{"kty", "EC"}, {"crv", "P-256"}, {"use", "sig"}, {"alg", "ES256"}};
    for (const auto& [member, name] : {std::pair{"x", OSSL_PKEY_PARAM_EC_PUB_X}, std::pair{"y", OSSL_PKEY_PARAM_EC_PUB_Y}}) {
        BIGNUM* number = nullptr;
        EVP_PKEY_get_bn_param(key.get(), name, &number);
        std::string bytes(32, '\0');
        BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 32);
        BN_free(number);
        pair.public_jwk[member] = base64url(bytes);
    }
    pair.public_jwk["kid"] = thumbprint(pair.public_jwk);
    return pair;
}

}  // namespace oktail::simulator
