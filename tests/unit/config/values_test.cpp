#include "config/values.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using namespace std::chrono_literals;

TEST(Values, Durations) {
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("10s"), 10s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("24h"), 24h);
    EXPECT_EQ(parse_duration("7d"), 168h);
    for (const char* text : {"", "10", "s", "1.5s", "-1s", "10 s", "010s", "1w", "99999999999999999999s", "9999999999999999d"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Values, Sizes) {
    EXPECT_EQ(parse_size("4096"), 4096u);
    EXPECT_EQ(parse_size("64KiB"), 65536u);
    EXPECT_EQ(parse_size("10MiB"), 10485760u);
    EXPECT_EQ(parse_size("1GiB"), 1073741824u);
    for (const char* text : {"", "64KB", "64k", "64 KiB", "KiB", "-1", "18446744073709551615GiB"})
        EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Values, WholeNumbersAreDecimal) {
    EXPECT_EQ(parse_integer("10"), 10u);
    EXPECT_EQ(parse_integer("0"), 0u);
    for (const char* text : {"", "010", "0x10", "+1", "-1", "1.0", "1e3", "18446744073709551616"})
        EXPECT_FALSE(parse_integer(text)) << text;
}

TEST(Values, Fractions) {
    EXPECT_EQ(parse_fraction("0.5"), 0.5);
    EXPECT_EQ(parse_fraction("1"), 1.0);
    for (const char* text : {"", "50%", "1/2", "0,5", "0.5x", "1e-3"}) EXPECT_FALSE(parse_fraction(text)) << text;
}

TEST(Values, PlacesInTheLog) {
    EXPECT_EQ(parse_start("now"), StartPoint());
    EXPECT_EQ(parse_start("earliest"), StartPoint::earliest());
    EXPECT_EQ(parse_start("-24h"), StartPoint::ago(24h));
    EXPECT_EQ(parse_start("1970-01-02T00:00:00Z"), StartPoint::at(UtcTime(24h)));
    for (const char* text : {"", "Now", "24h", "-24", "yesterday", "2026-01-05", "2026-01-05 08:00:00Z"})
        EXPECT_FALSE(parse_start(text)) << text;
}

TEST(Values, FileModes) {
    EXPECT_EQ(parse_file_mode("0640"), 0640u);
    EXPECT_EQ(parse_file_mode("600"), 0600u);
    for (const char* text : {"", "640x", "0648", "0440", "0666", "0755", "4640", "rw", "64", "00640"})
        EXPECT_FALSE(parse_file_mode(text)) << text;
}

TEST(Values, AddressesToListenOn) {
    EXPECT_EQ(parse_listen("off").value(), std::nullopt);
    EXPECT_EQ(parse_listen("127.0.0.1:9464").value(), ListenAddress::at("127.0.0.1", 9464));
    EXPECT_EQ(parse_listen("unix:/run/x.sock").value(), ListenAddress::socket_file("/run/x.sock"));
    for (const char* text : {"", "on", "9464", "localhost:9464", "unix:x.sock"}) EXPECT_FALSE(parse_listen(text)) << text;
}

TEST(Values, Names) {
    EXPECT_TRUE(is_name("acme"));
    EXPECT_TRUE(is_name("0a_b-c"));
    EXPECT_TRUE(is_name(std::string(63, 'a')));
    for (const std::string& text :
         {std::string(), std::string("Acme"), std::string("-a"), std::string("_a"), std::string("a.b"), std::string("a/b"),
          std::string(".."), std::string("a\n"), std::string("\xc3\xa4"), std::string(64, 'a')})
        EXPECT_FALSE(is_name(text)) << text;
}

}  // namespace
}  // namespace oktail
