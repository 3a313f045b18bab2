#include "core/time_text.hpp"
#include "unit/auth/authorizer_fixture.hpp"

namespace oktail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST_F(TokenAuthorizerTest, OneGrantServesUntilItIsRenewed) {  // T01
    grants("one");

    EXPECT_EQ(now(), "Bearer one");
    advance(minutes(47));
    EXPECT_EQ(now(), "Bearer one");

    EXPECT_EQ(requests(), 1u);
    EXPECT_EQ(http_.seen()[0].authorization, basic_a);
}

TEST_F(TokenAuthorizerTest, FiftyCallersShareOneRequest) {  // T23
    std::vector<Outcome> outcomes(50);
    for (Outcome& outcome : outcomes) start(outcome);
    EXPECT_EQ(requests(), 1u);

    grants("one");
    poll();

    for (const Outcome& outcome : outcomes) EXPECT_EQ(outcome->value().authorization.reveal(), "Bearer one");
    EXPECT_EQ(requests(), 1u);
}

TEST_F(TokenAuthorizerTest, StoppedCallerLeavesTheGrantToTheOthers) {
    std::stop_source own;
    Outcome left;
    tasks_.spawn([](TokenAuthorizer& authorizer, std::stop_token stop, Outcome& outcome) -> asio::awaitable<void> {
        auto got = co_await authorizer.authorize(Method::get, "", std::move(stop));
        outcome.emplace(std::move(got));
    }(authorizer_, own.get_token(), left));
    Outcome stayed;
    start(stayed);

    own.request_stop();
    poll();
    EXPECT_EQ(left->error().kind(), ErrorKind::stopped);
    grants("one");
    poll();

    EXPECT_EQ(stayed->value().authorization.reveal(), "Bearer one");
}

TEST_F(TokenAuthorizerTest, RenewedAheadWhileTheOldTokenServes) {
    grants("one");
    EXPECT_EQ(now(), "Bearer one");

    advance(minutes(54) + seconds(1));  // past 90 % of its life
    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(requests(), 2u);
    grants("two");
    poll();

    EXPECT_EQ(now(), "Bearer two");
    EXPECT_EQ(requests(), 2u);
}

TEST_F(TokenAuthorizerTest, FailedRenewalKeepsTheOldToken) {  // T13, T14, T15
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    advance(minutes(55));
    for (int i = 0; i < 3; ++i) http_.answer(500, "");

    EXPECT_EQ(now(), "Bearer one");
    advance(seconds(90));
    EXPECT_EQ(now(), "Bearer one");
    advance(minutes(3));
    EXPECT_EQ(now(), "waits");

    grants("two");
    advance(minutes(1));
    EXPECT_EQ(now(), "Bearer two");
}

TEST_F(TokenAuthorizerTest, AboutOneGrantAnHourOverADay) {
    for (int i = 0; i < 40; ++i) grants("token");

    for (int i = 0; i < 24 * 60 * 2; ++i) {
        EXPECT_EQ(now(), "Bearer token");
        works();
        advance(seconds(30));
    }

    EXPECT_GE(requests(), 26u);
    EXPECT_LE(requests(), 31u);
}

TEST_F(TokenAuthorizerTest, ShortLivedTokensAreRenewedInTime) {  // T17
    grants("one", "60");
    EXPECT_EQ(now(), "Bearer one");
    advance(seconds(47));
    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(requests(), 1u);

    advance(seconds(8));
    EXPECT_EQ(now(), "waits");
    grants("two", "60");
    poll();

    EXPECT_EQ(now(), "Bearer two");
}

TEST_F(TokenAuthorizerTest, SecondSecretIsTriedAndStaysFirst) {  // T07
    credentials_.secrets = {"A", "B"};
    refuses();
    grants("one");
    grants("two");

    EXPECT_EQ(now(), "Bearer one");
    ASSERT_EQ(requests(), 2u);
    EXPECT_EQ(http_.seen()[0].authorization, basic_a);
    EXPECT_EQ(http_.seen()[1].authorization, basic_b);

    advance(minutes(55));
    EXPECT_EQ(now(), "Bearer two");
    EXPECT_EQ(http_.seen()[2].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, RefusedSecretsParkAndAreProbedSlowly) {  // T05
    credentials_.secrets = {"A", "B"};
    for (int i = 0; i < 200; ++i) refuses();

    EXPECT_EQ(
        now(),
        "unauthorized: the token endpoint answered 401 \"invalid_client\" \"The client secret supplied for a confidential "
        "client is invalid.\"; the client secret is wrong or was rotated");
    advance(minutes(4));
    EXPECT_THAT(now(), HasSubstr("unauthorized"));
    EXPECT_EQ(requests(), 2u);

    for (int i = 0; i < 24 * 60; ++i) {
        EXPECT_THAT(now(), HasSubstr("unauthorized"));
        advance(minutes(1));
    }
    EXPECT_GE(requests(), 2 * 24u);        // at least once an hour: it resumes by itself
    EXPECT_LE(requests(), 2 * (48 + 6u));  // and not much more often than that
}

TEST_F(TokenAuthorizerTest, ResumesByItselfAfterARegrant) {  // T11
    http_.answer(400, R"({"error":"consent_required","error_description":"You are not allowed any of the requested scopes."})");
    EXPECT_THAT(now(), HasSubstr("the scope okta.logs.read is not granted"));
    EXPECT_EQ(requests(), 1u);  // another secret would not help

    advance(minutes(10));
    grants("one");

    EXPECT_EQ(now(), "Bearer one");
}

TEST_F(TokenAuthorizerTest, RotatedSecretIsReadAfresh) {
    refuses();
    EXPECT_THAT(now(), HasSubstr("unauthorized"));

    credentials_.secrets = {"B"};
    advance(minutes(10));
    grants("one");

    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(http_.seen()[1].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, ChangedSecretEndsTheSlowWaitAtOnce) {
    refuses();
    EXPECT_THAT(now(), HasSubstr("unauthorized"));
    credentials_.secrets = {"B"};
    grants("one");

    authorizer_.credentials_changed();
    poll();

    EXPECT_EQ(requests(), 2u) << "nobody has to ask for it";
    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(http_.seen()[1].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, ChangedSecretIsTriedWhileTheOldTokenServes) {
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    credentials_.secrets = {"B"};

    authorizer_.credentials_changed();
    poll();
    EXPECT_EQ(now(), "Bearer one");
    grants("two");
    poll();

    EXPECT_EQ(now(), "Bearer two");
    EXPECT_EQ(http_.seen()[1].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, SecretThatChangesDuringAGrantIsTriedBeforeAnybodyParks) {
    EXPECT_EQ(now(), "waits");
    credentials_.secrets = {"B"};
    authorizer_.credentials_changed();

    refuses();
    grants("one");
    poll();

    EXPECT_EQ(now(), "Bearer one");
    ASSERT_EQ(requests(), 2u);
    EXPECT_EQ(http_.seen()[1].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, ChangedSecretDoesNotCutAnAnnouncedWaitShort) {
    http_.answer(429, "{}", {{"retry-after", "30"}});
    EXPECT_EQ(now(), "waits");

    authorizer_.credentials_changed();
    poll();

    EXPECT_EQ(requests(), 1u);
    advance(seconds(34));
    EXPECT_EQ(requests(), 2u);
}

TEST_F(TokenAuthorizerTest, ChangeAfterTheEndIsNothing) {
    stop_.request_stop();
    tasks_.spawn(authorizer_.join());
    poll();

    authorizer_.credentials_changed();
    poll();

    EXPECT_EQ(requests(), 0u);
}

TEST_F(TokenAuthorizerTest, SecretThatCannotBeReadInTimeIsWaitedFor) {
    credentials_.hung = Error(ErrorKind::transient, "the secret cannot be read in time");
    EXPECT_EQ(now(), "waits");
    credentials_.hung.reset();
    grants("one");

    advance(seconds(1));

    EXPECT_EQ(now(), "Bearer one");
}

TEST_F(TokenAuthorizerTest, UnreadableSecretParks) {
    credentials_.secrets = {""};
    EXPECT_THAT(now(), HasSubstr("acme.secret cannot be read"));
    EXPECT_EQ(requests(), 0u);
}

TEST_F(TokenAuthorizerTest, UnreadableSecretLeavesTheOtherOne) {
    credentials_.secrets = {"", "B"};
    grants("one");

    EXPECT_EQ(now(), "Bearer one");

    EXPECT_EQ(http_.seen()[0].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, RefusalSaysMoreThanAnUnreadableFile) {
    credentials_.secrets = {"", "B"};
    refuses();

    EXPECT_THAT(now(), HasSubstr("the client secret is wrong"));
}

TEST_F(TokenAuthorizerTest, RefusedRenewalLeavesTheOldTokenUntilItsEnd) {  // T08
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    refuses();
    advance(minutes(55));

    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(requests(), 2u);
    advance(minutes(4) + seconds(1));

    EXPECT_THAT(now(), HasSubstr("unauthorized"));
}

TEST_F(TokenAuthorizerTest, RateLimitedGrantWaitsAsTold) {  // T15
    http_.answer(
        429, R"({"errorCode":"E0000047"})",
        {{"date", "Tue, 06 Jan 2026 10:00:12 GMT"}, {"x-rate-limit-limit", "1200"}, {"x-rate-limit-reset", "1767693649"}});
    grants("one");
    EXPECT_EQ(now(), "waits");

    advance(seconds(37));
    EXPECT_EQ(requests(), 1u);
    advance(seconds(5));

    EXPECT_EQ(now(), "Bearer one");
}

TEST_F(TokenAuthorizerTest, NetworkTroubleIsWaitedOut) {  // T25
    http_.fail(Error(ErrorKind::transient, "acme.okta.com: connection reset"));
    grants("one");
    EXPECT_EQ(now(), "waits");

    advance(seconds(1));

    EXPECT_EQ(now(), "Bearer one");
}

TEST_F(TokenAuthorizerTest, RefusedTokenIsReplacedOnceAtOnce) {  // A01, A02, A03
    grants("one");
    EXPECT_EQ(now(), "Bearer one");
    works();
    advance(minutes(30));
    grants("two");

    EXPECT_TRUE(refused());
    EXPECT_EQ(now(), "Bearer two");
    EXPECT_EQ(requests(), 2u);
}

TEST_F(TokenAuthorizerTest, RefusalOfAnOldTokenSparesTheNewOne) {
    grants("one");
    EXPECT_EQ(token(), 1u);
    grants("two");
    EXPECT_TRUE(authorizer_.refused(1, AuthChallenge(401, "invalid_token", "")));
    EXPECT_EQ(token(), 2u);

    EXPECT_TRUE(authorizer_.refused(1, AuthChallenge(401, "invalid_token", "")));

    EXPECT_EQ(token(), 2u);
    EXPECT_EQ(requests(), 2u);
}

TEST_F(TokenAuthorizerTest, EveryTokenRefusedEndsInSlowProbes) {  // A04
    for (int i = 0; i < 100; ++i) grants("token");
    EXPECT_EQ(now(), "Bearer token");
    EXPECT_TRUE(refused());
    EXPECT_FALSE(refused());
    EXPECT_THAT(now(), HasSubstr("unauthorized: Okta refuses the access token (401"));
    EXPECT_EQ(requests(), 2u);

    for (int i = 0; i < 24 * 60; ++i) {
        EXPECT_TRUE(token() == 0 || !refused());
        advance(minutes(1));
    }
    EXPECT_LE(requests(), 2 + 54u);
}

TEST_F(TokenAuthorizerTest, WorkingTokenClearsTheSuspicion) {
    for (int i = 0; i < 10; ++i) grants("token");

    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(now(), "Bearer token");
        works();
        advance(minutes(40));
        EXPECT_TRUE(refused());
    }
}

TEST_F(TokenAuthorizerTest, ServersThatDisagreeAboutATokenCostFewGrants) {  // A04
    for (int i = 0; i < 100; ++i) grants("token");

    for (int i = 0; i < 3'600; ++i) {  // an hour of a request a second, every other one refused
        EXPECT_EQ(now(), "Bearer token");
        works();
        refused();
        advance(seconds(1));
    }

    EXPECT_GE(requests(), 2u);
    EXPECT_LE(requests(), 10u);
}

TEST_F(TokenAuthorizerTest, RefusedCredentialIsNotAskedAgainWithEveryTryOfTheOther) {
    credentials_.secrets = {"A", "B"};
    refuses();
    for (int i = 0; i < 3; ++i) http_.answer(503, "");
    grants("one");
    EXPECT_EQ(now(), "waits");

    advance(minutes(1));
    advance(minutes(1));
    advance(minutes(1));

    EXPECT_EQ(now(), "Bearer one");
    ASSERT_EQ(requests(), 5u);
    for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(http_.seen()[i].authorization, basic_b);
}

TEST_F(TokenAuthorizerTest, RefusedCredentialIsNamedInTheLog) {
    const log::Capture capture;
    credentials_.secrets = {"A", "B"};
    refuses();
    grants("one");
    EXPECT_EQ(now(), "Bearer one");

    EXPECT_THAT(capture.text(),
                HasSubstr("a credential was refused, trying the others tenant=acme credential=\"secret 1 of 2\""));
}

TEST_F(TokenAuthorizerTest, TokenThatHasEndedWhenItComesIsTroubleThatPasses) {
    EXPECT_EQ(now(), "waits");
    advance(seconds(10));
    grants("one", "5");
    poll();
    EXPECT_EQ(now(), "waits");
    EXPECT_EQ(requests(), 1u) << "not at once again";

    grants("two");
    advance(seconds(1));

    EXPECT_EQ(now(), "Bearer two");
}

TEST_F(TokenAuthorizerTest, MissingScopeParksAtOnce) {  // A05
    grants("one");
    EXPECT_EQ(now(), "Bearer one");

    EXPECT_FALSE(authorizer_.refused(1, AuthChallenge(403, "insufficient_scope", "\"no scope\"")));

    EXPECT_THAT(now(), HasSubstr("the scope okta.logs.read is not granted"));
    EXPECT_EQ(requests(), 1u);
}

TEST_F(TokenAuthorizerTest, OtherRefusalsKeepTheToken) {  // A06
    grants("one");
    EXPECT_EQ(now(), "Bearer one");

    EXPECT_FALSE(authorizer_.refused(1, AuthChallenge(403, "", "")));

    EXPECT_EQ(now(), "Bearer one");
    EXPECT_EQ(requests(), 1u);
}

TEST_F(TokenAuthorizerTest, ServerTimeComesFromItsAnswers) {
    EXPECT_EQ(authorizer_.server_now(), clock_.utc_now());

    authorizer_.observed(ResponseHead(200, {{"date", "Tue, 06 Jan 2026 10:00:12 GMT"}}));
    advance(seconds(3));
    clock_.step_utc(hours(-5));

    EXPECT_EQ(rfc3339(authorizer_.server_now()), "2026-01-06T10:00:15.000Z");
    EXPECT_GT(authorizer_.server_offset(), hours(5));
}

TEST_F(TokenAuthorizerTest, JoinEndsAGrantInProgress) {
    EXPECT_EQ(now(), "waits");
    EXPECT_EQ(requests(), 1u);

    stop_.request_stop();
    tasks_.spawn(authorizer_.join());
    poll();

    EXPECT_TRUE(tasks_.empty());
}

TEST_F(TokenAuthorizerTest, NothingSecretIsLogged) {
    log::setup("debug", false);
    const log::Capture capture;
    credentials_.secrets = {"s3cr3t"};
    grants("t0k3n");
    EXPECT_EQ(now(), "Bearer t0k3n");
    EXPECT_TRUE(refused());
    refuses();
    EXPECT_THAT(now(), HasSubstr("unauthorized"));

    EXPECT_THAT(capture.text(), HasSubstr("access token granted"));
    EXPECT_THAT(capture.text(), HasSubstr("secret 1 of 1"));
    for (const char* hidden : {"s3cr3t", "t0k3n", "aWQ6"}) EXPECT_THAT(capture.text(), Not(HasSubstr(hidden)));
    log::setup("info", false);
}

}  // namespace
}  // namespace oktail
