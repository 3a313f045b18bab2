#include "core/time_text.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using std::chrono::milliseconds;

TEST(TimeText, WritesWhatItReads) {
    const auto time = parse_rfc3339("2026-01-05T08:14:27.361Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(rfc3339(*time), "2026-01-05T08:14:27.361Z");
}

TEST(TimeText, OffsetsAndFractions) {
    EXPECT_EQ(parse_rfc3339("2026-01-05T08:14:27.3619+02:00"), parse_rfc3339("2026-01-05T06:14:27.361Z"));
    EXPECT_EQ(parse_rfc3339("2026-01-05t08:14:27z"), parse_rfc3339("2026-01-05T08:14:27.000Z"));
}

TEST(TimeText, RefusesWhatIsNoTime) {
    for (const char* text : {"", "2026-01-05", "2026-13-05T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-05 08:14:27Z",
                             "2026-01-05T08:14:27", "2026-01-05T08:14:27.Z", "2026-01-05T08:14:27Zx", "2026-01-05T25:14:27Z"})
        EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(TimeText, BeforeTheEpoch) { EXPECT_EQ(rfc3339(UtcTime(milliseconds(-1))), "1969-12-31T23:59:59.999Z"); }

TEST(TimeText, YearsBeyondNanosecondsOfTheClock) {
    const auto time = parse_rfc3339("4991-10-06T08:49:37.000Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(rfc3339(*time), "4991-10-06T08:49:37.000Z");
}

TEST(TimeText, HttpDateBothWays) {
    const auto time = parse_http_date("Tue, 06 Jan 2026 10:00:12 GMT");
    ASSERT_TRUE(time);
    EXPECT_EQ(rfc3339(*time), "2026-01-06T10:00:12.000Z");
    EXPECT_EQ(http_date(*time), "Tue, 06 Jan 2026 10:00:12 GMT");
    EXPECT_FALSE(parse_http_date("Tuesday, 06-Jan-26 10:00:12 GMT"));
}

TEST(TimeText, FormatsInUtc) {
    EXPECT_EQ(format_utc("%Y-%m-%d", UtcTime{}), "1970-01-01");
    EXPECT_EQ(format_utc("", UtcTime{}), "");
}

}  // namespace
}  // namespace oktail
