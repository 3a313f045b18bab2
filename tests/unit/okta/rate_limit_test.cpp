#include "okta/rate_limit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace oktail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr const char* date = "Tue, 06 Jan 2026 10:00:12 GMT";  // 1767693612

ResponseHead answer(std::vector<std::pair<std::string, std::string>> fields) { return {429, std::move(fields)}; }

ResponseHead limits(const std::string& limit, const std::string& remaining, const std::string& reset) {
    return answer(
        {{"date", date}, {"x-rate-limit-limit", limit}, {"x-rate-limit-remaining", remaining}, {"x-rate-limit-reset", reset}});
}

milliseconds wait(const ResponseHead& head, milliseconds backoff = 1s, double jitter = 0) {
    return wait_after_429(rate_limit(head), backoff, jitter);
}

TEST(RateLimit, ReadsWhatWasAnnounced) {
    const RateLimit seen = rate_limit(limits("60", "59", "1767693660"));
    EXPECT_EQ(seen.limit, 60u);
    EXPECT_EQ(seen.remaining, 59u);
    EXPECT_EQ(seen.window, 48s);
}

TEST(RateLimit, NonsenseIsSilence) {
    for (const char* text : {"", "-1", "+5", "0x10", "sixty", "6 0", "6;0", "99999999999999999999999", "\"60", "1.5"}) {
        const RateLimit seen = rate_limit(limits(text, text, text));
        EXPECT_FALSE(seen.limit) << text;
        EXPECT_FALSE(seen.remaining) << text;
        EXPECT_FALSE(seen.window) << text;
    }
    EXPECT_FALSE(rate_limit(answer({{"x-rate-limit-reset", "1767693660"}})).window);
    EXPECT_FALSE(rate_limit(answer({{"date", "yesterday"}, {"x-rate-limit-reset", "1767693660"}})).window);
}

TEST(RateLimit, OfRepeatedFieldsTheCautiousOneCounts) {
    const RateLimit repeated = rate_limit(answer({{"date", date},
                                                  {"x-rate-limit-reset", "1767693620"},
                                                  {"x-rate-limit-reset", "1767693660"},
                                                  {"x-rate-limit-limit", "120"},
                                                  {"x-rate-limit-limit", "60"}}));
    EXPECT_EQ(repeated.window, 48s);
    EXPECT_EQ(repeated.limit, 60u);
    EXPECT_EQ(rate_limit(limits("60", "1", "1767693660, 1767693620")).window, 48s);
}

TEST(WaitAfter429, UntilASecondAfterTheWindowByTheServersClock) { EXPECT_EQ(wait(limits("60", "0", "1767693660")), 49s); }

TEST(WaitAfter429, JitterAddsATenthAndAtMostTwoSeconds) {
    EXPECT_EQ(wait(limits("60", "0", "1767693660"), 1s, 1.0), 51s);
    EXPECT_EQ(wait(limits("60", "0", "1767693621"), 1s, 1.0), 11s);
    EXPECT_EQ(wait(limits("60", "0", "1767693621"), 1s, 0.5), 10'500ms);
}

TEST(WaitAfter429, WindowThatEndsNowStillWaitsTwoSeconds) { EXPECT_EQ(wait(limits("60", "0", "1767693612")), 2s); }

TEST(WaitAfter429, BackoffDecidesWhereTheAnswerIsSilentOrAbsurd) {
    const std::vector<ResponseHead> answers{
        answer({}),
        answer({{"x-rate-limit-reset", "1767693660"}}),  // no Date
        limits("60", "0", "1767693611"),                 // in the past
        limits("60", "0", "1767693660000"),              // milliseconds
        limits("60", "0", "1767780012"),                 // a day ahead
        limits("60", "0", "18446744073709551615"),
        limits("60", "0", "soon"),
        limits("60", "0", "0"),
    };
    for (const ResponseHead& head : answers) EXPECT_EQ(wait(head, 7s, 1.0), 7s);
}

TEST(WaitAfter429, ConcurrencyIgnoresTheGuessedReset) {
    EXPECT_EQ(wait(limits("0", "0", "1767693660"), 3s), 3s);
    EXPECT_EQ(wait(limits("0", "0", "1767693615"), 0ms), 1s);
}

TEST(WaitAfter429, LongerOfAllWithinBounds) {
    const auto with = [](const char* retry_after) {
        return answer(
            {{"date", date}, {"x-rate-limit-limit", "60"}, {"x-rate-limit-reset", "1767693651"}, {"retry-after", retry_after}});
    };
    EXPECT_EQ(wait(with("7")), 40s);
    EXPECT_EQ(wait(with("70")), 70s);
    EXPECT_EQ(wait(with("Tue, 06 Jan 2026 10:01:22 GMT")), 70s);
    EXPECT_EQ(wait(with("Tue, 06 Jan 2026 09:00:00 GMT")), 40s);
    EXPECT_EQ(wait(with("-5")), 40s);
    EXPECT_EQ(wait(with("99999999999999999")), 120s);
    EXPECT_EQ(wait(with("7"), 60s), 60s);
    EXPECT_EQ(wait(limits("60", "0", "1767694200")), 120s);
    EXPECT_EQ(wait(answer({}), 0ms), 1s);
    EXPECT_EQ(wait(answer({}), 10min), 120s);
}

milliseconds interval(const ResponseHead& head, double share = 0.5) { return request_interval(rate_limit(head), share); }

TEST(RequestInterval, KeepsToTheShare) {
    EXPECT_EQ(interval(answer({{"x-rate-limit-limit", "60"}})), 2s);
    EXPECT_EQ(interval(answer({{"x-rate-limit-limit", "50"}})), 2'400ms);
    EXPECT_EQ(interval(answer({{"x-rate-limit-limit", "120"}}), 1.0), 500ms);
    EXPECT_EQ(interval(answer({{"x-rate-limit-limit", "7"}}), 1.0), 8'572ms);  // 8,571 would allow an eighth within a minute
    EXPECT_EQ(interval(limits("60", "60", "1767693672")), 2s);
}

TEST(RequestInterval, FollowsALimitThatChanges) {
    EXPECT_EQ(interval(limits("60", "50", "1767693672")), 2s);
    EXPECT_EQ(interval(limits("5", "4", "1767693672")), 24s);
}

TEST(RequestInterval, SlowsDownWhenLittleRemains) {
    EXPECT_EQ(interval(limits("60", "17", "1767693672")), 6s);  // 10 above the reserve for 60 s
    EXPECT_EQ(interval(limits("60", "8", "1767693672")), 60s);  // one above it
    EXPECT_EQ(interval(limits("60", "7", "1767693672")), 61s);  // until a second after the window
    EXPECT_EQ(interval(limits("60", "0", "1767693622")), 11s);
    EXPECT_EQ(interval(limits("60", "0", "nonsense")), 61s);
}

TEST(RequestInterval, AbsurdLimitsAreSurvived) {
    EXPECT_EQ(interval(limits("0", "0", "1767693672")), 0ms);
    EXPECT_EQ(interval(answer({})), 0ms);
    EXPECT_EQ(interval(limits("-1", "-1", "-1")), 0ms);
    EXPECT_EQ(interval(limits("18446744073709551615", "18446744073709551615", "1767693672")), 1ms);
    EXPECT_EQ(interval(limits("1", "1", "1767693672"), 0.0), 1h);
    EXPECT_EQ(interval(limits("1", "100", "1767693672"), 1e-300), 1h);
}

}  // namespace
}  // namespace oktail
