#include "auth/dpop.hpp"

#include "support/jwt_parts.hpp"
#include "support/published_keys.hpp"
#include "unit/auth/authorizer_fixture.hpp"

#include <set>

namespace oktail {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view logs_url = "https://acme.okta.com/api/v1/logs";

TEST(Dpop, TokenIsHashedAsRfc9449Does) {  // §7.1
    Dpop dpop(DpopMode::always);

    const JwtParts proof(dpop.proof(DpopServer::resource, Method::get, logs_url, rfc9449_token, {}).reveal());

    EXPECT_EQ(proof.claim("ath"), rfc9449_token_hash);
}

TEST(Dpop, ProofSaysWhatIsNeededAndNoMore) {  // D07
    Dpop dpop(DpopMode::always);
    const UtcTime now(seconds(1'767'225'600));

    const JwtParts proof(dpop.proof(DpopServer::resource, Method::get, logs_url, "token", now).reveal());

    EXPECT_EQ(proof.header("typ"), "dpop+jwt");
    EXPECT_EQ(proof.header("alg"), "ES256");
    EXPECT_EQ(proof.header().size(), 3u);
    const auto& jwk = proof.header().at("jwk").as_object();
    EXPECT_EQ(jwk.size(), 4u);
    EXPECT_FALSE(jwk.contains("d"));
    EXPECT_EQ(proof.claim("htm"), "GET");
    EXPECT_EQ(proof.claim("htu"), logs_url);
    EXPECT_EQ(proof.time("iat"), 1'767'225'595);
    EXPECT_EQ(proof.claims().size(), 5u);
}

TEST(Dpop, NoProofComesTwice) {
    Dpop dpop(DpopMode::always);
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i)
        ids.insert(JwtParts(dpop.proof(DpopServer::resource, Method::get, logs_url, "t", {}).reveal()).claim("jti"));
    EXPECT_EQ(ids.size(), 100u);
}

TEST(Dpop, EachServerHasItsOwnNonces) {
    Dpop dpop(DpopMode::always);
    const auto nonce_for = [&](DpopServer server) {
        return JwtParts(dpop.proof(server, Method::get, logs_url, "", {}).reveal()).claim("nonce");
    };
    EXPECT_EQ(nonce_for(DpopServer::token_endpoint), "");

    dpop.observed(DpopServer::token_endpoint, ResponseHead(400, {{"dpop-nonce", "n1"}}));
    EXPECT_TRUE(dpop.has_new_nonce(DpopServer::token_endpoint));
    EXPECT_EQ(nonce_for(DpopServer::token_endpoint), "n1");
    EXPECT_FALSE(dpop.has_new_nonce(DpopServer::token_endpoint));
    EXPECT_EQ(nonce_for(DpopServer::resource), "");

    dpop.observed(DpopServer::resource, ResponseHead(200, {{"dpop-nonce", "r1"}}));
    dpop.observed(DpopServer::token_endpoint, ResponseHead(200, {}));
    EXPECT_EQ(nonce_for(DpopServer::token_endpoint), "n1");
    EXPECT_EQ(nonce_for(DpopServer::resource), "r1");
}

TEST(Dpop, NonceThatIsNoneIsNotSentBack) {
    Dpop dpop(DpopMode::always);
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\"b"), std::string("a\\b"),
                                   std::string("a\x80"), std::string(1'025, 'a')})
        dpop.observed(DpopServer::resource, ResponseHead(200, {{"dpop-nonce", bad}}));

    EXPECT_EQ(JwtParts(dpop.proof(DpopServer::resource, Method::get, logs_url, "", {}).reveal()).claim("nonce"), "");
}

/// An org that demands DPoP, and a client that learns it.
class DpopAuthorizerTest : public TokenAuthorizerTest {
protected:
    using TokenAuthorizerTest::TokenAuthorizerTest;

    JwtParts proof(std::size_t request) const { return JwtParts(http_.seen().at(request).dpop); }
    JwtParts proof_now() {
        Outcome outcome;
        start(outcome);
        return JwtParts(outcome.value()->dpop.reveal());
    }
    void demands_proof(std::string_view why = "The DPoP proof JWT header is missing.") {
        http_.answer(400, R"({"error":"invalid_dpop_proof","error_description":")" + std::string(why) + "\"}",
                     {{"date", http_date(clock_.utc_now())}});
    }
    void demands_nonce(std::string nonce) {
        http_.answer(400,
                     R"({"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof."})",
                     {{"date", http_date(clock_.utc_now())}, {"dpop-nonce", std::move(nonce)}});
    }
    void is_bound(std::string_view token) { grants(token, "3600", "DPoP"); }
    bool proof_refused(std::string error = "invalid_dpop_proof") {
        return authorizer_.refused(token(), AuthChallenge(400, std::move(error), "\"used\""));
    }
};

TEST_F(DpopAuthorizerTest, LearnsItFromTheServer) {  // D01, D02, D03
    demands_proof();
    demands_nonce("n1");
    is_bound("one");

    EXPECT_EQ(now(), "DPoP one");

    ASSERT_EQ(requests(), 3u);
    EXPECT_EQ(http_.seen()[0].dpop, "");
    EXPECT_EQ(proof(1).claim("nonce"), "");
    EXPECT_EQ(proof(2).claim("nonce"), "n1");
    EXPECT_EQ(proof(2).claim("htm"), "POST");
    EXPECT_EQ(proof(2).claim("htu"), "https://acme.okta.com/oauth2/v1/token");
    EXPECT_EQ(proof(2).claim("ath"), "");
    EXPECT_NE(proof(1).claim("jti"), proof(2).claim("jti"));
    EXPECT_EQ(proof(1).header("jwk"), proof(2).header("jwk"));
    EXPECT_THAT(happenings_.metrics_text(), HasSubstr(R"(oktail_own_grants_total{outcome="challenged",tenant="acme"} 2)"));
}

TEST_F(DpopAuthorizerTest, RemembersItAndItsNonce) {  // D03, D04
    demands_proof();
    demands_nonce("n1");
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    is_bound("two");
    advance(minutes(55));
    EXPECT_EQ(now(), "DPoP two");

    ASSERT_EQ(requests(), 4u);
    EXPECT_EQ(proof(3).claim("nonce"), "n1");
}

TEST_F(DpopAuthorizerTest, AnyAnswerOfTheTokenEndpointRenewsTheNonce) {  // D04, D05
    demands_proof();
    http_.answer(200, R"({"token_type":"DPoP","access_token":"one"})", {{"dpop-nonce", "n2"}});
    EXPECT_EQ(now(), "DPoP one");
    demands_nonce("n3");
    is_bound("two");

    advance(minutes(55));

    EXPECT_EQ(now(), "DPoP two");
    EXPECT_EQ(proof(2).claim("nonce"), "n2");
    EXPECT_EQ(proof(3).claim("nonce"), "n3");
}

TEST_F(DpopAuthorizerTest, EndlessNoncesEndInABackoff) {  // D06
    demands_proof();
    for (int i = 0; i < 50; ++i) demands_nonce("n" + std::to_string(i));

    EXPECT_EQ(now(), "waits");
    EXPECT_EQ(requests(), 4u) << "without, without nonce, and twice with one";
    advance(seconds(1));
    EXPECT_LE(requests(), 7u);
}

TEST_F(DpopAuthorizerTest, NonceThatDoesNotChangeIsNotTriedAgain) {
    demands_proof();
    for (int i = 0; i < 50; ++i) demands_nonce("same");

    EXPECT_EQ(now(), "waits");

    EXPECT_EQ(requests(), 3u);
}

TEST_F(DpopAuthorizerTest, NonceLegHasANewAssertion) {  // D02
    credentials_.key_ids = {"k"};
    demands_proof();
    demands_nonce("n1");
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");

    std::set<std::string> assertions;
    for (const auto& seen : http_.seen())
        assertions.insert(JwtParts(std::string_view(seen.body).substr(seen.body.rfind('=') + 1)).claim("jti"));
    EXPECT_EQ(assertions.size(), 3u);
}

TEST_F(DpopAuthorizerTest, EveryRequestHasAProofOfItsOwn) {  // D07, D09, D10
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");

    const JwtParts first = proof_now();
    const JwtParts second = proof_now();

    EXPECT_NE(first.claim("jti"), second.claim("jti"));
    EXPECT_EQ(first.claim("htm"), "GET");
    EXPECT_EQ(first.claim("htu"), logs_url);
    EXPECT_NE(first.claim("ath"), "");
    EXPECT_EQ(first.claim("nonce"), "");
    EXPECT_EQ(requests(), 2u);
}

TEST_F(DpopAuthorizerTest, RefusedProofIsReplacedOnceThenTokenAndKey) {
    demands_proof();
    for (int i = 0; i < 10; ++i) is_bound("token");
    EXPECT_EQ(now(), "DPoP token");
    const std::string key = proof_now().header("jwk");

    EXPECT_TRUE(proof_refused());
    EXPECT_EQ(requests(), 2u) << "another proof for the same token";
    EXPECT_EQ(proof_now().header("jwk"), key);
    EXPECT_TRUE(proof_refused());
    EXPECT_NE(proof_now().header("jwk"), key) << "never the old token with the new key";  // D15
    EXPECT_EQ(requests(), 3u);
    EXPECT_FALSE(proof_refused());
    EXPECT_THAT(now(), StartsWith("unauthorized"));
}

TEST_F(DpopAuthorizerTest, WorkingProofClearsTheSuspicion) {
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");

    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(proof_refused());
        works();
    }

    EXPECT_EQ(requests(), 2u);
}

TEST_F(DpopAuthorizerTest, NonceOfTheResourceIsTakenUp) {
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    authorizer_.observed(ResponseHead(401, {{"dpop-nonce", "r1"}}));

    EXPECT_TRUE(authorizer_.refused(1, AuthChallenge(401, "use_dpop_nonce", "")));

    EXPECT_EQ(proof_now().claim("nonce"), "r1");
    EXPECT_EQ(requests(), 2u);
}

TEST_F(DpopAuthorizerTest, SlowClockIsCorrectedInProofs) {  // D11
    const UtcTime server = clock_.utc_now() + minutes(6);
    demands_proof();  // by our clock's Date
    http_.answer(
        400,
        R"({"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT was issued more than five minutes in )"
        R"(the past."})",
        {{"date", http_date(server)}});
    is_bound("one");

    EXPECT_EQ(now(), "DPoP one");

    EXPECT_EQ(proof(2).time("iat"), std::chrono::floor<seconds>(server.time_since_epoch()).count() - 5);
}

TEST_F(DpopAuthorizerTest, ClockIsCorrectedInProofsForTheLog) {  // D11, D12
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    const UtcTime server = clock_.utc_now() - minutes(1);
    authorizer_.observed(ResponseHead(400, {{"date", http_date(server)}}));

    EXPECT_TRUE(proof_refused());

    EXPECT_EQ(proof_now().time("iat"), std::chrono::floor<seconds>(server.time_since_epoch()).count() - 5);
}

TEST_F(DpopAuthorizerTest, ProofThatIsRefusedForEverParks) {
    for (int i = 0; i < 10; ++i) demands_proof("The DPoP proof JWT signature is invalid.");

    EXPECT_THAT(now(), StartsWith("unauthorized"));

    EXPECT_EQ(requests(), 3u);
}

TEST_F(DpopAuthorizerTest, BearerAfterAProofIsUsedAsBearer) {  // D14
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    grants("two");

    advance(minutes(55));

    EXPECT_EQ(now(), "Bearer two");
}

TEST_F(DpopAuthorizerTest, SwitchedOnInMidLife) {  // D16
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    works();
    demands_proof();
    demands_nonce("n1");
    is_bound("two");

    advance(minutes(55));

    EXPECT_EQ(now(), "DPoP two");
}

TEST_F(DpopAuthorizerTest, ResourceThatWantsProofsGetsABoundToken) {
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    works();
    is_bound("two");

    EXPECT_TRUE(
        authorizer_.refused(1, AuthChallenge(400, "invalid_request", "\"The resource request requires a DPoP proof.\"")));

    EXPECT_EQ(now(), "DPoP two");
    EXPECT_NE(http_.seen().at(1).dpop, "");
}

TEST_F(DpopAuthorizerTest, RenewalUnderWayWhenTheLogDemandsProofs) {
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    works();
    advance(minutes(55));
    EXPECT_EQ(now(), "Bearer one");  // the renewal has begun, without a proof
    EXPECT_TRUE(
        authorizer_.refused(1, AuthChallenge(400, "invalid_request", "\"The resource request requires a DPoP proof.\"")));

    demands_proof();
    is_bound("two");
    poll();

    EXPECT_EQ(now(), "DPoP two");
}

TEST_F(DpopAuthorizerTest, NonceThatIsRefusedWithoutAnotherIsForgotten) {
    demands_proof();
    demands_nonce("n1");
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    demands_proof("The nonce is unknown.");
    is_bound("two");

    advance(minutes(55));

    EXPECT_EQ(now(), "DPoP two");
    EXPECT_EQ(proof(3).claim("nonce"), "n1");
    EXPECT_EQ(proof(4).claim("nonce"), "");
}

TEST_F(DpopAuthorizerTest, KeyOfATokenOnItsWayIsNotForgotten) {
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    const std::string key = proof_now().header("jwk");
    advance(minutes(55));
    EXPECT_EQ(now(), "DPoP one");  // the renewal has begun
    EXPECT_TRUE(proof_refused());
    EXPECT_TRUE(proof_refused());

    is_bound("two");
    poll();

    EXPECT_EQ(now(), "DPoP two");
    EXPECT_EQ(proof_now().header("jwk"), key);
}

TEST_F(DpopAuthorizerTest, TokenThatIsNotBoundIsReplaced) {
    demands_proof();
    is_bound("one");
    EXPECT_EQ(now(), "DPoP one");
    works();
    grants("two");

    EXPECT_TRUE(
        authorizer_.refused(1, AuthChallenge(401, "invalid_token", "\"The presented access_token is not DPoP bound.\"")));

    EXPECT_EQ(now(), "Bearer two");
}

class DpopAlwaysTest : public DpopAuthorizerTest {
protected:
    DpopAlwaysTest() : DpopAuthorizerTest(DpopMode::always) {}
};

TEST_F(DpopAlwaysTest, BeginsWithAProof) {
    is_bound("one");

    EXPECT_EQ(now(), "DPoP one");

    EXPECT_EQ(proof(0).claim("htm"), "POST");
}

TEST_F(DpopAlwaysTest, RefusesATokenThatIsNotBound) {
    grants("one");

    EXPECT_THAT(now(), HasSubstr("demand DPoP of the app in the Admin Console, or set dpop to auto"));
}

class DpopNeverTest : public DpopAuthorizerTest {
protected:
    DpopNeverTest() : DpopAuthorizerTest(DpopMode::never) {}
};

TEST_F(DpopNeverTest, NonceIsARefusal) {
    demands_nonce("n1");

    EXPECT_THAT(now(), HasSubstr("set dpop to auto"));
}

TEST_F(DpopNeverTest, BoundTokenIsRefused) {
    is_bound("one");

    EXPECT_THAT(now(), HasSubstr("set dpop to auto"));
}

TEST_F(DpopNeverTest, LogThatDemandsProofsSaysWhatToChange) {
    grants("one");
    grants("two");
    EXPECT_EQ(now(), "Bearer one");
    const AuthChallenge demand(400, "invalid_request", "\"The resource request requires a DPoP proof.\"");
    EXPECT_TRUE(authorizer_.refused(1, demand));
    EXPECT_EQ(now(), "Bearer two");

    EXPECT_FALSE(authorizer_.refused(2, demand));

    EXPECT_THAT(now(), HasSubstr("set dpop to auto"));
}

TEST_F(DpopNeverTest, SaysWhatToChange) {
    demands_proof();

    EXPECT_THAT(now(), HasSubstr("the org demands DPoP of this client, so set dpop to auto"));

    EXPECT_EQ(requests(), 1u);
}

}  // namespace
}  // namespace oktail
