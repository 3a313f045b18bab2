#include "simulator/jwt.hpp"

#include "simulator/proof.hpp"
#include "support/published_keys.hpp"
#include "unit/simulator/okta_fixture.hpp"

namespace oktail::simulator {
namespace {

boost::json::object object(std::string_view text) { return boost::json::parse(text).as_object(); }

TEST(SimulatorJwt, VerifiesWhatRfc7515Signs) {
    const std::string rsa = std::string(rfc7515_rsa_signed) + "." + std::string(rfc7515_rsa_signature);
    EXPECT_TRUE(is_signed_by(*parse_jwt(rsa), object(rfc7515_rsa_jwk)));
    EXPECT_TRUE(is_signed_by(*parse_jwt(rfc7515_ec_jws), object(rfc7515_ec_jwk)));
    EXPECT_FALSE(is_signed_by(*parse_jwt(rfc7515_ec_jws), object(rfc9449_public_jwk)));
    EXPECT_FALSE(is_signed_by(*parse_jwt(rsa), object(rfc7515_ec_jwk)));
}

TEST(SimulatorJwt, VerifiesTheProofOfRfc9449) {
    const auto proof = parse_jwt(rfc9449_proof);
    ASSERT_TRUE(proof);
    EXPECT_TRUE(is_signed_by(*proof, proof->header.at("jwk").as_object()));
    EXPECT_EQ(thumbprint(proof->header.at("jwk").as_object()), rfc9449_thumbprint);
    EXPECT_EQ(base64url(sha256(rfc9449_token)), rfc9449_token_hash);
}

TEST(SimulatorJwt, OneFlippedByteIsNoticed) {
    for (std::size_t i = 0; i < rfc7515_ec_jws.size(); ++i) {
        std::string flipped(rfc7515_ec_jws);
        flipped[i] = flipped[i] == 'A' ? 'B' : 'A';
        const auto jwt = parse_jwt(flipped);
        EXPECT_FALSE(jwt && i < flipped.size() - 1 && is_signed_by(*jwt, object(rfc7515_ec_jwk))) << i;
    }
}

TEST(SimulatorJwt, WhatIsNoJwt) {
    for (const std::string_view text : {"", ".", "..", "a.b.c", "e30.e30", "e30.W10.", "e30.e30.=", "e30.e30.a"})
        EXPECT_FALSE(parse_jwt(text)) << text;
}

TEST(SimulatorJwt, FreshPairsFit) {
    const KeyPair pair = make_key_pair();
    EXPECT_TRUE(pair.private_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    EXPECT_EQ(pair.public_jwk.at("kid").as_string(), thumbprint(pair.public_jwk));
    EXPECT_FALSE(pair.public_jwk.contains("d"));
}

/// The proof of RFC 9449 at its own server, in its own minute.
class ProofTest : public FakeOktaTest {
protected:
    ProofTest() { open(org_options()); }

    std::string judge(const ProofOf& wanted, UtcTime now) {
        const auto proof = check_proof(org(), rfc9449_proof, wanted, now);
        const auto* why = std::get_if<std::string>(&proof);
        return why ? *why : "good";
    }

    const ProofOf wanted_{"POST", "https://server.example.com/token", {}};
    const UtcTime issued_{std::chrono::seconds(1'562'262'616)};
};

TEST_F(ProofTest, IsGoodForItsRequestAndForAWhile) {
    EXPECT_EQ(judge(wanted_, issued_), "good");
    EXPECT_EQ(judge(wanted_, issued_ + std::chrono::minutes(5)), "good");
    EXPECT_EQ(judge(wanted_, issued_ + std::chrono::seconds(301)),
              "The DPoP proof JWT was issued more than five minutes in the past.");
    EXPECT_EQ(judge(wanted_, issued_ - std::chrono::seconds(1)), "The DPoP proof JWT was issued in the future.");
    EXPECT_EQ(judge({"GET", wanted_.url, {}}, issued_), "The 'htm' claim in the DPoP proof JWT is invalid.");
    EXPECT_EQ(judge({"POST", wanted_.url + "?a=b", {}}, issued_), "The 'htu' claim in the DPoP proof JWT is invalid.");
    EXPECT_EQ(judge({"POST", wanted_.url, "token"}, issued_),
              "The 'ath' claim in the DPoP proof JWT does not match the access token.");
}

TEST_F(ProofTest, IsGoodOnce) {
    for (int i = 0; i < 2; ++i) org().proof_ids.seen("-BwC3ESc6acc2lTc");

    EXPECT_EQ(judge(wanted_, issued_), "The DPoP proof JWT has already been used.");
}

}  // namespace
}  // namespace oktail::simulator
