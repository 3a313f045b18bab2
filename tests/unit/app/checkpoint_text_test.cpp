#include "app/checkpoint_text.hpp"

#include "core/time_text.hpp"
#include "support/sample_checkpoint.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using testing::HasSubstr;
using testing::Not;

const RouteId route("acme", "archive");

Checkpoint checkpoint() {
    Checkpoint at = sample_checkpoint(7);
    at.next = Cursor("/api/v1/logs?limit=1000&after=1763900000000_1&since=2026-11-01T00%3A00%3A00.000Z");
    at.newest_published = *parse_rfc3339("2026-11-23T10:00:00.123Z");
    at.caught_up_at = UtcTime();
    return at;
}

TEST(CheckpointTable, ColumnsStandUnderTheirHeadings) {
    Checkpoint idle = checkpoint();
    idle.seq = 1234;
    idle.caught_up_at = *parse_rfc3339("2026-11-23T11:00:00Z");

    EXPECT_EQ(checkpoint_table({{route, checkpoint()}, {RouteId("a-long-name", "siem"), idle}}),
              "TENANT       SINK     NEWEST EVENT              CAUGHT UP AT              SEQ\n"
              "acme         archive  2026-11-23T10:00:00.123Z  -                         7\n"
              "a-long-name  siem     2026-11-23T10:00:00.123Z  2026-11-23T11:00:00.000Z  1234\n");
}

TEST(CheckpointTable, RouteThatDeliveredNothingShowsItsBeginning) {
    Checkpoint fresh = checkpoint();
    fresh.tail.clear();

    EXPECT_THAT(checkpoint_table({{route, fresh}}), HasSubstr("  begins at 2026-11-23T10:00:00.123Z  "));
}

TEST(CheckpointDetails, HideTheTokenUnlessAsked) {
    const std::string hidden = checkpoint_details(route, checkpoint(), CursorText::hidden);
    const std::string clear = checkpoint_details(route, checkpoint(), CursorText::clear);

    EXPECT_THAT(hidden, HasSubstr("next page     /api/v1/logs?limit=1000&after=(hidden)&since=2026-11-01T00%3A00%3A00.000Z\n"));
    EXPECT_THAT(clear, HasSubstr("&after=1763900000000_1&since="));
    EXPECT_THAT(checkpoint_json(route, checkpoint(), CursorText::hidden), Not(HasSubstr("1763900000000_1")));
}

TEST(CheckpointDetails, ATokenAtTheEndIsHiddenToo) {
    Checkpoint at = checkpoint();
    at.next = Cursor("/api/v1/logs?limit=1000&after=1763900000000_1");

    EXPECT_THAT(checkpoint_details(route, at, CursorText::hidden), HasSubstr("after=(hidden)\n"));
}

TEST(CheckpointJson, ListHoldsWhatTheTableShows) {
    EXPECT_EQ(
        checkpoint_list_json({{route, checkpoint()}}),
        R"([{"tenant":"acme","sink":"archive","newest_published":"2026-11-23T10:00:00.123Z","caught_up_at":null,"seq":7}])");
    EXPECT_EQ(checkpoint_list_json({}), "[]");
}

TEST(CheckpointJson, ExportIsAFaithfulCopy) {
    Checkpoint at = checkpoint();
    at.tail.resize(1);
    at.tail[0].bytes = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

    const auto parsed = boost::json::parse(checkpoint_export_json({{route, at}}));

    EXPECT_EQ(parsed.at("version"), 1);
    const auto& one = parsed.at("checkpoints").at(0);
    EXPECT_EQ(one.at("next"), "/api/v1/logs?limit=1000&after=1763900000000_1&since=2026-11-01T00%3A00%3A00.000Z");
    EXPECT_EQ(one.at("origin"), "https://acme.okta.com");
    EXPECT_EQ(one.at("filter"), R"(eventType sw "user.")");
    EXPECT_EQ(one.at("partial").as_array().size(), 2U);
    EXPECT_EQ(one.at("tail").at(0), "01234567-89ab-cdef-0123-456789abcdef");
}

}  // namespace
}  // namespace oktail
