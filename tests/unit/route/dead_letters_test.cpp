#include "route/dead_letters.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(DeadLetterLine, HoldsTheEventAsText) {
    const std::string line = dead_letter_line(UtcTime{}, "too \"large\"", R"({"a":"b"})");

    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("time").as_string(), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(value.at("reason").as_string(), "too \"large\"");
    EXPECT_EQ(value.at("event").as_string(), R"({"a":"b"})");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(DeadLetterLine, KeepsBytesThatAreNoUtf8) {
    const std::string line = dead_letter_line(UtcTime{}, "", "{\"a\":\"\xff\"}");

    EXPECT_NE(line.find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace oktail
