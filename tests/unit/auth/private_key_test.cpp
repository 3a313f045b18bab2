#include "auth/private_key.hpp"

#include "auth/base64url.hpp"
#include "auth/jwt.hpp"
#include "auth/private_key_file.hpp"
#include "support/published_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace oktail {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string trouble(std::string_view text, std::string_view passphrase = "") {
    const auto key = parse_private_key(text, Secret(passphrase));
    return key ? "none" : key.error().what();
}

/// What openssl(1) prints: the tool that our users make their keys with.
std::string openssl(const std::string& arguments) {
    std::string out;
    FILE* pipe = ::popen(("openssl " + arguments + " 2>/dev/null").c_str(), "r");
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    EXPECT_EQ(::pclose(pipe), 0) << arguments;
    return out;
}

TEST(Base64Url, WritesAndReads) {
    const std::vector<std::pair<std::string, std::string>> pairs{{"", ""},        {"f", "Zg"},        {"fo", "Zm8"},
                                                                 {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff\xbf", "-_-_"}};
    for (const auto& [bytes, text] : pairs) {
        EXPECT_EQ(base64url(bytes), text);
        EXPECT_EQ(from_base64url(text)->reveal(), bytes);
    }
    for (const std::string text : {"Z", "Zg==", "Zh", "Zm9", "Zm 8", "Zm+v", "Zm/v", "Zm8\n"})
        EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(PrivateKey, SignsAsRfc7515Does) {  // appendix A.2: such signatures are the same every time
    const auto key = parse_private_key(rfc7515_rsa_jwk, Secret());
    ASSERT_TRUE(key) << key.error().what();

    EXPECT_EQ(key->key.algorithm(), KeyAlgorithm::rs256);
    EXPECT_EQ(base64url(key->key.sign(rfc7515_rsa_signed)), rfc7515_rsa_signature);
}

TEST(PrivateKey, Es256IsRAndSNotDer) {  // K10
    const auto key = parse_private_key(rfc7515_ec_jwk, Secret());
    ASSERT_TRUE(key) << key.error().what();

    EXPECT_EQ(key->key.algorithm(), KeyAlgorithm::es256);
    for (int i = 0; i < 300; ++i) EXPECT_EQ(key->key.sign("text").size(), 64u) << "also where R or S begins with zeros";
}

TEST(PrivateKey, ThumbprintsAsRfc9449AndRfc7638HaveThem) {
    const auto ec = parse_private_key(rfc7515_ec_jwk, Secret());
    EXPECT_EQ(ec->key.public_jwk(), R"({"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
    EXPECT_EQ(base64url(sha256(rfc9449_public_jwk)), rfc9449_thumbprint);
}

TEST(PrivateKey, ReadsWhatOpensslWrites) {
    for (const std::string algorithm : {"RSA -pkeyopt rsa_keygen_bits:2048", "EC -pkeyopt ec_paramgen_curve:P-256"}) {
        const std::string pkcs8 = openssl("genpkey -algorithm " + algorithm);
        EXPECT_EQ(trouble(pkcs8), "none") << algorithm;
        EXPECT_EQ(trouble("Bag Attributes\n  friendlyName: x\n" + pkcs8), "none") << "text around it";
    }
    EXPECT_EQ(trouble(openssl("genrsa -traditional 2048")), "none") << "PKCS#1";
    EXPECT_EQ(trouble(openssl("ecparam -name prime256v1 -genkey")), "none") << "SEC 1, with its parameters in front";
}

TEST(PrivateKey, EncryptedKeysNeedTheirPassphrase) {
    for (const std::string how : {"genpkey -algorithm RSA -aes-256-cbc -pass pass:opensesame",
                                  "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-128-cbc -pass pass:opensesame",
                                  "genrsa -traditional -aes128 -passout pass:opensesame 2048"}) {
        const std::string pem = openssl(how);
        EXPECT_EQ(trouble(pem, "opensesame"), "none") << how;
        EXPECT_EQ(trouble(pem), "is encrypted; name a passphrase_file for it") << how;
        EXPECT_THAT(trouble(pem, "wrong"), HasSubstr("the passphrase is wrong")) << how;
    }
    EXPECT_EQ(trouble(rfc7515_ec_jwk, "not looked at"), "none");
}

TEST(PrivateKey, WhatIsNoUsableKeyIsNamed) {
    const std::string pkcs8 = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    EXPECT_THAT(trouble(openssl("genrsa 1024")), HasSubstr("1024 bits, which is too weak"));
    EXPECT_THAT(trouble(openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384")), HasSubstr("does not take"));
    EXPECT_THAT(trouble(openssl("genpkey -algorithm ED25519")), HasSubstr("does not take"));
    EXPECT_THAT(trouble("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"), HasSubstr("holds a public key"));
    EXPECT_THAT(trouble("-----BEGIN CERTIFICATE-----\nMFkw\n-----END CERTIFICATE-----\n"), HasSubstr("holds a certificate"));
    EXPECT_THAT(trouble("00Secret"), HasSubstr("no private key"));
    EXPECT_THAT(trouble(""), HasSubstr("no private key"));
    EXPECT_THAT(trouble(pkcs8.substr(0, pkcs8.size() / 2)), HasSubstr("no private key"));
}

TEST(PrivateKey, WhatIsNoUsableJwkIsNamed) {
    const std::string jwk(rfc7515_ec_jwk);
    const auto without = [&](const std::string& member) {
        std::string text = jwk;
        return text.replace(text.find('"' + member + '"'), member.size() + 2, "\"gone\"");
    };
    EXPECT_THAT(trouble("{"), HasSubstr("is no JSON object"));
    EXPECT_THAT(trouble(R"({"keys":[]})"), HasSubstr("a set of keys"));
    EXPECT_THAT(trouble(without("d")), HasSubstr("holds a public key"));
    EXPECT_THAT(trouble(without("x")), HasSubstr("a part missing"));
    EXPECT_THAT(trouble(without("kty")), HasSubstr("does not take"));
    EXPECT_THAT(trouble(R"({"kty":"EC","crv":"P-384","d":"AQ"})"), HasSubstr("does not take"));
    EXPECT_THAT(trouble(R"({"kty":"oct","k":"AQ"})"), HasSubstr("does not take"));
    EXPECT_THAT(trouble(R"({"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"})"), HasSubstr("too weak"));
    std::string other = jwk;  // of another key
    other.replace(other.find("jpsQ"), 4, "jpsR");
    EXPECT_THAT(trouble(other), HasSubstr("do not fit"));
    std::string no_point = jwk;
    no_point.replace(no_point.find("f83O"), 4, "f83P");
    EXPECT_THAT(trouble(no_point), HasSubstr("missing or damaged"));
}

TEST(PrivateKey, NoTroubleRepeatsTheKey) {
    const std::string pem = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    const std::string inside = pem.substr(40, 60);

    EXPECT_THAT(trouble("-----BEGIN PRIVATE KEY-----\n" + inside), Not(HasSubstr(inside.substr(0, 16))));
}

TEST(PrivateKey, JwkMayLackItsPrimes) {
    std::string jwk(rfc7515_rsa_jwk);
    for (const std::string member : {"p", "q", "dp", "dq", "qi"}) {
        const std::string quoted = '"' + member + '"';
        jwk.replace(jwk.find(quoted), quoted.size(), "\"no_" + member + '"');
    }
    const auto key = parse_private_key(jwk, Secret());
    ASSERT_TRUE(key) << key.error().what();

    EXPECT_EQ(base64url(key->key.sign(rfc7515_rsa_signed)), rfc7515_rsa_signature);
}

TEST(PrivateKey, JwkSaysItsId) {
    std::string jwk(rfc7515_ec_jwk);
    EXPECT_EQ(parse_private_key(jwk, Secret())->id, "");

    jwk.insert(1, R"("kid":"k-2026",)");

    EXPECT_EQ(parse_private_key(jwk, Secret())->id, "k-2026");
}

TEST(PrivateKey, FreshOnesAreWrittenAsTheyAreRead) {
    for (const KeyAlgorithm algorithm : {KeyAlgorithm::es256, KeyAlgorithm::rs256}) {
        const PrivateKey key = PrivateKey::generate(algorithm);
        const Secret pem = key.pem();
        EXPECT_THAT(std::string(pem.reveal()), StartsWith("-----BEGIN PRIVATE KEY-----\n"));

        const auto again = parse_private_key(pem.reveal(), Secret());

        ASSERT_TRUE(again);
        EXPECT_EQ(again->key.public_jwk(), key.public_jwk());
        EXPECT_EQ(again->key.thumbprint().size(), 43u);
        EXPECT_NE(PrivateKey::generate(algorithm).thumbprint(), key.thumbprint());
    }
}

TEST(Jwt, IdsDoNotComeAgain) {
    EXPECT_NE(fresh_jwt_id(), fresh_jwt_id());
    EXPECT_EQ(fresh_jwt_id().size(), 22u);
}

}  // namespace
}  // namespace oktail
