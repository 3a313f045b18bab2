#include "okta/logs_request.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

const UtcTime new_year(std::chrono::seconds(1'767'225'600));

TEST(LogsRequest, PollsAscendingWithoutUntil) {
    EXPECT_EQ(first_cursor(new_year, Query("https://acme.okta.com", "")).target(),
              "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000&sortOrder=ASCENDING");
}

TEST(LogsRequest, KeepsMilliseconds) {
    EXPECT_EQ(first_cursor(new_year + std::chrono::milliseconds(7), {}).target(),
              "/api/v1/logs?since=2026-01-01T00%3A00%3A00.007Z&limit=1000&sortOrder=ASCENDING");
}

TEST(LogsRequest, FilterIsEncodedToTheLastByte) {
    EXPECT_EQ(first_cursor(new_year, Query("", "a sw \"x.y\" & b=+%/\xc3\xbc-_~{}")).target(),
              "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000&sortOrder=ASCENDING"
              "&filter=a%20sw%20%22x.y%22%20%26%20b%3D%2B%25%2F%C3%BC-_~%7B%7D");
}

TEST(LogsRequest, BoundedQueryHasAnEnd) {  // P25
    BoundedQuery query;
    query.since = UtcTime(std::chrono::seconds(1'767'225'600));
    query.until = query.since + std::chrono::hours(1);
    EXPECT_EQ(
        first_cursor(query).target(),
        "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&until=2026-01-01T01%3A00%3A00.000Z&limit=1000&sortOrder=ASCENDING");
    query.filter = "a eq \"b\"";
    query.words = "x y&z";

    EXPECT_TRUE(first_cursor(query, 5).target().ends_with("&limit=5&sortOrder=ASCENDING&filter=a%20eq%20%22b%22&q=x%20y%26z"));
}

}  // namespace
}  // namespace oktail
