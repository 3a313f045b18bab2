#include "sink/kafka/checkpoint_record.hpp"

#include "support/case_name.hpp"
#include "support/sample_checkpoint.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(CheckpointRecord, ComesBackAsItWas) {
    for (const std::size_t tail : {0UL, 1UL, 1'000UL}) {
        const Checkpoint checkpoint = sample_checkpoint(17, tail);

        const auto read = parse_checkpoint_value(checkpoint_value(checkpoint));

        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(*read, checkpoint);
    }
    EXPECT_EQ(*parse_checkpoint_value(checkpoint_value(Checkpoint())), Checkpoint());
}

/// What docs/kafka.md promises to people who look.
TEST(CheckpointRecord, SaysWhereTheRouteIs) {
    Checkpoint checkpoint = sample_checkpoint(17);
    checkpoint.tail.push_back(event_id("00000000-0000-4000-8000-00000000abcd", ""));
    checkpoint.newest_published = event_time("2026-01-05T08:14:27.361Z");

    const auto json = boost::json::parse(checkpoint_value(checkpoint)).as_object();

    EXPECT_EQ(json.at("seq"), 17u);
    EXPECT_EQ(json.at("last"), "00000000-0000-4000-8000-00000000abcd");
    EXPECT_EQ(json.at("newest_published"), "2026-01-05T08:14:27.361Z");
    EXPECT_TRUE(boost::json::parse(checkpoint_value(Checkpoint())).at("last").is_null());
}

TEST(CheckpointRecord, KeysNameTheRoute) {
    const RouteId route("acme", "bus");

    EXPECT_EQ(checkpoint_key(route), "acme/bus");
    EXPECT_EQ(route_of("acme/bus"), route);
}

TEST(CheckpointRecord, OtherKeysAreNoRoutes) {
    for (const std::string_view key : {"", "acme", "/bus", "/owner/siem-1/bus", "a/b/c", "/"})
        EXPECT_FALSE(route_of(key)) << key;
    EXPECT_EQ(owner_key("siem-1", "bus"), "/owner/siem-1/bus");
    EXPECT_FALSE(route_of(owner_key("siem-1", "bus")));
}

class HostileValue : public testing::TestWithParam<std::string> {};

/// A fresh start would repeat events, or skip them.
TEST_P(HostileValue, IsAFatalErrorAndNeverAFreshStart) {
    const auto read = parse_checkpoint_value(GetParam());

    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind(), ErrorKind::fatal);
    EXPECT_THAT(read.error().what(), testing::HasSubstr("checkpoint"));
}

std::string with_checkpoint(const std::string& text) { return R"({"seq":1,"checkpoint":")" + text + "\"}"; }

INSTANTIATE_TEST_SUITE_P(CheckpointRecord, HostileValue,
                         testing::Values("", "null", "17", "[]", "{}", "{", std::string("\0", 1), "\xff",
                                         R"({"checkpoint":null})", R"({"checkpoint":17})", R"({"checkpoint":{}})",
                                         with_checkpoint(""), with_checkpoint("A"), with_checkpoint("===="),
                                         with_checkpoint("AAAA"), with_checkpoint("not base64!"),
                                         with_checkpoint(std::string(100'000, 'A')), with_checkpoint("_____w"),
                                         std::string(10'000, '[')),
                         [](const auto& info) { return case_name(info.index, info.param); });

TEST(CheckpointRecord, CutShortItIsFatalAtEveryByte) {
    const std::string whole = checkpoint_value(sample_checkpoint(17));

    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = parse_checkpoint_value(std::string_view(whole).substr(0, size));
        ASSERT_FALSE(read.has_value()) << size;
        EXPECT_EQ(read.error().kind(), ErrorKind::fatal);
    }
}

TEST(CheckpointRecord, OneCharacterThatChangedIsNoticed) {
    const std::string whole = checkpoint_value(sample_checkpoint(17));
    const auto begin = whole.find("\"checkpoint\":\"") + 14;

    // The last character of base64 has bits that say nothing.
    for (auto at = begin; at + 3 < whole.size(); ++at) {
        std::string changed = whole;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(parse_checkpoint_value(changed).has_value()) << at;
    }
}

}  // namespace
}  // namespace oktail
