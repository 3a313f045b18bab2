#include "sink/file/file_name.hpp"

#include "core/time_text.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

const StreamPath daily("/log/", "/log/%Y-%m-%d.ndjson");

UtcTime at(const char* time) { return *parse_rfc3339(time); }

TEST(FileName, FirstOneIsTheTime) {
    EXPECT_EQ(next_name(daily, std::nullopt, at("2026-11-23T10:00:00Z")).path(daily), "/log/2026-11-23.ndjson");
}

TEST(FileName, SameDayCountsOn) {
    const GivenName last(at("2026-11-23T10:00:00Z"), 1);

    EXPECT_FALSE(moves_on(daily, last, at("2026-11-23T23:59:59Z")));
    EXPECT_EQ(next_name(daily, last, at("2026-11-23T23:59:59Z")).path(daily), "/log/2026-11-23.2.ndjson");
}

TEST(FileName, NewDayBeginsAgain) {
    const GivenName last(at("2026-11-23T10:00:00Z"), 1);

    EXPECT_TRUE(moves_on(daily, last, at("2026-11-24T00:00:00Z")));
    EXPECT_EQ(next_name(daily, last, at("2026-11-24T00:00:00Z")).path(daily), "/log/2026-11-24.ndjson");
}

TEST(FileName, ClockSetBackGivesNoOlderName) {
    const GivenName last(at("2026-11-23T10:00:00Z"), 0);

    EXPECT_FALSE(moves_on(daily, last, at("2026-11-22T10:00:00Z")));
    EXPECT_EQ(next_name(daily, last, at("2026-11-22T10:00:00Z")).path(daily), "/log/2026-11-23.1.ndjson");
}

TEST(FileName, OrderHoldsWhereTextsDoNotSort) {
    const StreamPath odd("/log/", "/log/%d-%m-%Y.ndjson");
    const GivenName last(at("2026-11-30T10:00:00Z"), 0);

    EXPECT_TRUE(moves_on(odd, last, at("2026-12-01T00:00:00Z")));
    EXPECT_FALSE(moves_on(odd, last, at("2026-11-29T00:00:00Z")));
}

TEST(FileName, WithoutATimeItNeverChanges) {
    const StreamPath fixed("/log/", "/log/okta.log");
    const GivenName last(at("2026-11-23T10:00:00Z"), 0);

    EXPECT_FALSE(moves_on(fixed, last, at("2027-01-01T00:00:00Z")));
    EXPECT_EQ(next_name(fixed, last, at("2027-01-01T00:00:00Z")).path(fixed), "/log/okta.log");
}

TEST(FileName, NumberStandsBeforeTheExtension) {
    const GivenName second(UtcTime{}, 1);

    EXPECT_EQ(second.path(StreamPath("/log/", "/log/a.b/x")), "/log/a.b/x.1");
    EXPECT_EQ(second.path(StreamPath("/log/", "/log/.hidden")), "/log/.hidden.1");
    EXPECT_EQ(second.path(StreamPath("/log/", "/log/x.log.txt")), "/log/x.log.1.txt");
}

TEST(FileName, SurvivesInTheState) {
    const GivenName last(at("2026-11-23T10:00:00Z"), 3);

    EXPECT_EQ(last_name(stream_row({}, last)), last);
    EXPECT_EQ(last_name(StreamRow()), std::nullopt);
    EXPECT_EQ(pattern_of_key(stream_key("archive", daily)), daily.pattern());
}

}  // namespace
}  // namespace oktail
