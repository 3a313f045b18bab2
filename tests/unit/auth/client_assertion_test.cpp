#include "support/jwt_parts.hpp"
#include "unit/auth/authorizer_fixture.hpp"

#include <future>

namespace oktail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class ClientAssertionTest : public TokenAuthorizerTest {
protected:
    ClientAssertionTest() { credentials_.key_ids = {"k-2026"}; }

    JwtParts assertion(std::size_t request) const {
        const std::string& body = http_.seen().at(request).body;
        return JwtParts(std::string_view(body).substr(body.find("&client_assertion=") + 18));
    }
    void refuses_at(UtcTime server, std::string_view description) {
        http_.answer(401, R"({"error":"invalid_client","error_description":")" + std::string(description) + "\"}",
                     {{"date", http_date(server)}});
    }
    std::int64_t seconds_of(UtcTime time) const { return std::chrono::floor<seconds>(time.time_since_epoch()).count(); }
};

TEST_F(ClientAssertionTest, SaysWhatOktaWantsAndNothingElse) {  // K01, K05, K09
    grants("one");
    EXPECT_EQ(now(), "Bearer one");

    const auto& request = http_.seen().at(0);
    EXPECT_EQ(request.target, "/oauth2/v1/token");
    EXPECT_EQ(request.authorization, "");
    EXPECT_THAT(request.body, StartsWith("grant_type=client_credentials&scope=okta.logs.read&client_assertion_type="
                                         "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="));
    const JwtParts jwt = assertion(0);
    EXPECT_EQ(jwt.header("alg"), "ES256");
    EXPECT_EQ(jwt.header("kid"), "k-2026");
    EXPECT_EQ(jwt.claim("iss"), "id");
    EXPECT_EQ(jwt.claim("sub"), "id");
    EXPECT_EQ(jwt.claim("aud"), "https://acme.okta.com/oauth2/v1/token");
    EXPECT_EQ(jwt.time("iat"), seconds_of(clock_.utc_now()) - 5);
    EXPECT_EQ(jwt.time("exp") - jwt.time("iat"), 300);
    EXPECT_EQ(jwt.claims().size(), 6u);
}

TEST_F(ClientAssertionTest, EveryAttemptHasAnIdOfItsOwn) {  // K06, T25
    http_.fail(Error(ErrorKind::transient, "timeout"));
    http_.answer(500, "");
    grants("one");
    EXPECT_EQ(now(), "waits");

    advance(seconds(1));
    advance(seconds(2));

    ASSERT_EQ(requests(), 3u);
    EXPECT_NE(assertion(0).claim("jti"), assertion(1).claim("jti"));
    EXPECT_NE(assertion(1).claim("jti"), assertion(2).claim("jti"));
}

TEST_F(ClientAssertionTest, FastClockIsCorrectedAtOnceAndOnce) {  // K02
    const UtcTime server = clock_.utc_now() - minutes(10);
    refuses_at(server, "The client_assertion token must be issued before the current time.");
    grants("one");

    EXPECT_EQ(now(), "Bearer one");

    ASSERT_EQ(requests(), 2u);
    EXPECT_EQ(assertion(1).time("iat"), seconds_of(server) - 5);
}

TEST_F(ClientAssertionTest, SlowClockIsCorrectedAtOnceAndOnce) {  // K03
    const UtcTime server = clock_.utc_now() + hours(2);
    refuses_at(server, "The client_assertion token is expired.");
    refuses_at(server, "The client_assertion token is expired.");

    EXPECT_THAT(now(), HasSubstr("set our clock, which is behind Okta's"));

    ASSERT_EQ(requests(), 2u);
    EXPECT_EQ(assertion(1).time("iat"), seconds_of(server) - 5);
}

TEST_F(ClientAssertionTest, ClockThatIsRightIsNoReasonToTryAgain) {
    refuses_at(clock_.utc_now() - seconds(1), "The client_assertion signature is invalid.");

    EXPECT_THAT(now(), HasSubstr("the app's public key is not the one of this private key"));

    EXPECT_EQ(requests(), 1u);
}

TEST_F(ClientAssertionTest, NextKeyIsTriedAndStaysFirst) {  // K07
    credentials_.key_ids = {"k-1", "k-2"};
    refuses_at(clock_.utc_now(), "The client_assertion JWT kid is invalid.");
    grants("one");
    grants("two");

    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(assertion(0).header("kid"), "k-1");
    EXPECT_EQ(assertion(1).header("kid"), "k-2");
    EXPECT_THAT(happenings_.metrics_text(), HasSubstr("oktail_credential_in_use{tenant=\"acme\"} 2"));

    advance(minutes(55));
    EXPECT_EQ(now(), "Bearer one") << "while the new one is on its way";
    EXPECT_EQ(now(), "Bearer two");
    EXPECT_EQ(assertion(2).header("kid"), "k-2");
}

TEST_F(ClientAssertionTest, KeysThatOktaCannotFetchAreWaitedFor) {  // K08
    for (int i = 0; i < 2; ++i) refuses_at(clock_.utc_now(), "Error retrieving the client JWKSet from jwks_uri.");
    grants("one");

    EXPECT_EQ(now(), "waits");
    advance(seconds(1));
    advance(seconds(2));

    EXPECT_EQ(now(), "Bearer one");
}

TEST_F(ClientAssertionTest, KeyWithoutAnIdNamesNone) {
    credentials_.key_ids = {""};
    grants("one");
    EXPECT_EQ(now(), "Bearer one");

    EXPECT_EQ(assertion(0).header().size(), 1u);
}

TEST(ClientAssertion, JobOutlivesItsCaller) {
    asio::io_context io;
    WorkerPool signers("signers", 1);
    std::promise<void> go;
    signers.post([goes = go.get_future().share()] { goes.wait(); });
    std::vector<Result<ClientKey>> keys;
    keys.emplace_back(ClientKey(PrivateKey::generate(KeyAlgorithm::rs256), "k"));
    auto credentials = std::make_unique<Credentials>(client_keys("id", std::move(keys), signers));
    TaskGroup tasks(io.get_executor());
    tasks.spawn([](const ClientCredential& credential) -> asio::awaitable<void> {
        const auto request = co_await credential.request(token_path, "url", token_form(), UtcTime(), {});
        ADD_FAILURE() << "cancelled, and got " << request.has_value();
    }(**credentials->front()));
    io.poll();

    tasks.cancel();
    io.restart();
    io.poll();
    credentials.reset();
    go.set_value();

    std::promise<void> signed_all;
    signers.post([&signed_all] { signed_all.set_value(); });
    signed_all.get_future().wait();
}

}  // namespace
}  // namespace oktail
