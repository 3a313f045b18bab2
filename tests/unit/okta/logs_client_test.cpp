#include "okta/logs_client.hpp"

#include "core/time_text.hpp"
#include "support/fake_authorizer.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = LogsAnswer::Kind;

const Cursor cursor("/api/v1/logs?limit=3&after=1");
const std::string link_to_two = "<https://acme.okta.com/api/v1/logs?limit=3&after=2>; rel=\"next\"";

class LogsClientTest : public testing::Test {
protected:
    LogsAnswer ask() {
        std::optional<LogsAnswer> got;
        asio::co_spawn(io_, logs_.ask(cursor, stop_.get_token()),
                       [&got](std::exception_ptr, LogsAnswer answer) { got = std::move(answer); });
        io_.restart();
        io_.poll();
        return got.value();
    }
    ScriptedHttpClient::Fields json(ScriptedHttpClient::Fields more = {}) {
        more.emplace_back("content-type", "application/json");
        more.emplace_back("date", http_date(clock_.utc_now()));
        return more;
    }
    void answer_page() { http_.answer(200, "[]", json({{"link", link_to_two}})); }
    /// A 429 whose window ends in 40 s.
    void answer_429(const std::string& limit) {
        const auto now = std::chrono::duration_cast<seconds>(clock_.utc_now().time_since_epoch()).count();
        http_.answer(429, "",
                     json({{"x-rate-limit-limit", limit},
                           {"x-rate-limit-remaining", "0"},
                           {"x-rate-limit-reset", std::to_string(now + 40)}}));
    }

    asio::io_context io_{1};
    ManualClock clock_;
    std::stop_source stop_;
    Happenings happenings_{clock_};
    FakeAuthorizer authorizer_{clock_};
    PageSlicer page_slicer_;
    ScriptedHttpClient http_;
    LogsClient logs_{
        log::Scope("acme"), Origin("acme.okta.com"), {"id.acme.example"}, seconds(45), http_, authorizer_, page_slicer_, clock_,
        happenings_};
};

TEST_F(LogsClientTest, RequestCarriesTokenProofAndBounds) {
    authorizer_.proof = "proof";
    answer_page();

    ask();

    const auto& seen = http_.seen().at(0);
    EXPECT_EQ(seen.target, cursor.target());
    EXPECT_EQ(seen.authorization, "Bearer token-1");
    EXPECT_EQ(seen.dpop, "proof");
    EXPECT_EQ(seen.timeout, seconds(45));
    EXPECT_EQ(seen.max_body, 64U * 1024 * 1024);
    EXPECT_TRUE(seen.reserve_memory);
    EXPECT_FALSE(seen.exclusive_memory);
    EXPECT_EQ(authorizer_.last_url, "https://acme.okta.com/api/v1/logs");
}

TEST_F(LogsClientTest, ProofOnAConnectionThatWasClosedIsReplacedOnceAtOnce) {
    authorizer_.proof = "first";
    http_.fail(Error(ErrorKind::transient, "closed", stale_connection()));
    answer_page();
    EXPECT_EQ(ask().kind, Kind::page);
    EXPECT_EQ(http_.seen().size(), 2u);

    for (int i = 0; i < 2; ++i) http_.fail(Error(ErrorKind::transient, "closed", stale_connection()));
    EXPECT_EQ(ask().kind, Kind::hold);
}

TEST_F(LogsClientTest, EveryAnswerIsShownToTheAuthorizer) {
    http_.answer(503, "");
    ask();
    answer_page();
    ask();

    EXPECT_EQ(authorizer_.observations, 2);
}

TEST_F(LogsClientTest, ChallengeOfARefusedTokenIsPassedOn) {
    http_.answer(401, "", {{"www-authenticate", "Bearer error=\"invalid_token\""}});
    answer_page();

    EXPECT_EQ(ask().kind, Kind::page);

    EXPECT_EQ(authorizer_.last_challenge.error, "invalid_token");
}

TEST_F(LogsClientTest, LinkMayLeadToAHostThatIsNamed) {
    http_.answer(200, "[]", json({{"link", "<https://id.acme.example/api/v1/logs?after=2>; rel=\"next\""}}));

    const LogsAnswer answer = ask();

    ASSERT_EQ(answer.kind, Kind::page);
    EXPECT_EQ(answer.page->next(), Cursor("/api/v1/logs?after=2"));
}

TEST_F(LogsClientTest, PageHoldsItsMemory) {
    ByteBudget memory(1'000'000);
    http_.answer(
        HttpResponse(ResponseHead(200, json({{"link", link_to_two}})), Buffer::copy_of("[]"), memory.try_reserve(5'000)));

    LogsAnswer answer = ask();

    EXPECT_EQ(memory.used(), 5'000u);
    answer.page.reset();
    EXPECT_EQ(memory.used(), 0u);
}

TEST_F(LogsClientTest, PageSaysWhenOktaAnswered) {
    answer_page();
    const UtcTime answered = clock_.utc_now();
    clock_.step_utc(std::chrono::hours(1));

    EXPECT_EQ(ask().page->fetched_at(), answered);
}

TEST_F(LogsClientTest, RetriesNameTheFirstRequest) {
    for (const char* id : {"aV1first", "aV1second"}) http_.answer(429, "", json({{"x-okta-request-id", id}}));
    answer_page();
    answer_page();

    for (int i = 0; i < 4; ++i) ask();

    EXPECT_EQ(http_.seen()[0].more_fields, "");
    EXPECT_EQ(http_.seen()[1].more_fields, "X-Okta-Retry-For: aV1first\r\nX-Okta-Retry-Count: 1\r\n");
    EXPECT_EQ(http_.seen()[2].more_fields, "X-Okta-Retry-For: aV1first\r\nX-Okta-Retry-Count: 2\r\n");
    EXPECT_EQ(http_.seen()[3].more_fields, "") << "it is over";
}

TEST_F(LogsClientTest, IdThatCouldBreakOutIsNotSentBack) {
    for (const std::string& id : {std::string("a\r\nX-Evil: 1"), std::string("a b"), std::string(65, 'a')}) {
        http_.answer(429, "", json({{"x-okta-request-id", id}}));
        answer_page();
        ask();
        ask();
        EXPECT_EQ(http_.seen().back().more_fields, "") << id;
    }
}

TEST_F(LogsClientTest, AnyAnswerTellsTheRateLimit) {
    http_.answer(503, "", json({{"x-rate-limit-limit", "60"}}));

    ask();

    EXPECT_EQ(logs_.seen_rate_limit().limit, 60u);
}

TEST_F(LogsClientTest, RateLimitHoldsUntilItsReset) {
    answer_429("60");

    const LogsAnswer answer = ask();

    EXPECT_EQ(answer.kind, Kind::hold);
    EXPECT_GE(answer.wait, seconds(40));
}

TEST_F(LogsClientTest, ConcurrencyLimitHoldsForABackoffOnly) {
    answer_429("0");

    const LogsAnswer answer = ask();

    EXPECT_EQ(answer.kind, Kind::hold);
    EXPECT_LE(answer.wait, seconds(1));
}

TEST_F(LogsClientTest, WaitsGrowUntilAPageComes) {
    for (int i = 0; i < 4; ++i) http_.fail(Error(ErrorKind::transient, "connection reset"));
    milliseconds waited{};
    for (int i = 0; i < 4; ++i) waited = ask().wait;
    EXPECT_GE(waited, seconds(4));
    answer_page();
    ask();
    http_.fail(Error(ErrorKind::transient, "connection reset"));

    EXPECT_LE(ask().wait, seconds(1));
}

TEST_F(LogsClientTest, MissingRoleNeedsAPerson) {
    http_.answer(403, R"({"errorCode":"E0000006"})");

    const LogsAnswer answer = ask();

    EXPECT_EQ(answer.kind, Kind::forbidden);
    EXPECT_EQ(answer.why.kind(), ErrorKind::unauthorized);
}

TEST_F(LogsClientTest, ExclusiveSlotIsForOnePage) {
    http_.fail(Error(ErrorKind::transient, "the memory budget is spent", out_of_memory_budget()));
    answer_page();
    answer_page();

    ask();
    ask();

    ASSERT_EQ(http_.seen().size(), 3u);
    EXPECT_TRUE(http_.seen()[1].exclusive_memory);
    EXPECT_FALSE(http_.seen()[2].exclusive_memory);
}

TEST_F(LogsClientTest, StopIsNoTrouble) {
    stop_.request_stop();
    const log::Capture log;

    EXPECT_EQ(ask().kind, Kind::stopped);

    EXPECT_EQ(log.text(), "");
}

}  // namespace
}  // namespace oktail
