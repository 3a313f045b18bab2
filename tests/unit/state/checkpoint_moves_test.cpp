#include "state/checkpoint_moves.hpp"

#include "support/sample_checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const RouteId acme_archive("acme", "archive");
const RouteId acme_siem("acme", "siem");
const RouteId globex_archive("globex", "archive");

StreamRow stream(std::int64_t id, std::string key) {
    StreamRow row;
    row.id = id;
    row.key = std::move(key);
    row.last_time = "2026-11-23T00:00:00.000Z";
    row.last_seq = 3;
    return row;
}

class CheckpointMoves : public testing::Test {
protected:
    Result<StateChange> rename(const RouteName& from, const RouteName& to) { return renamed(all_, streams_, from, to); }
    std::string refusal(const RouteName& from, const RouteName& to) {
        const auto change = rename(from, to);
        return change ? "renamed" : change.error().what();
    }

    Checkpoints all_{
        {acme_archive, sample_checkpoint(1)}, {acme_siem, sample_checkpoint(2)}, {globex_archive, sample_checkpoint(3)}};
    std::vector<StreamRow> streams_{stream(1, "archive\n/logs/acme/%Y.ndjson"), stream(2, "siem\n/siem/all.ndjson"),
                                    stream(3, "siem-2\n/siem/other.ndjson")};
};

TEST_F(CheckpointMoves, ARewoundRouteKnowsNothingOfWhatItDelivered) {
    const auto before = sample_checkpoint(41, 1'000);
    const UtcTime since = before.newest_published - std::chrono::hours(24);

    const auto after = rewound(before, since, Cursor("/api/v1/logs?since=then"));

    EXPECT_EQ(after.next, Cursor("/api/v1/logs?since=then"));
    EXPECT_THAT(after.partial, IsEmpty());
    EXPECT_THAT(after.tail, IsEmpty());
    // Whatever makes the route begin again by time later must not take it past the place it was rewound to.
    EXPECT_EQ(reached(after), since);
    EXPECT_EQ(after.query, before.query);
    EXPECT_EQ(after.seq, 42U);
}

TEST_F(CheckpointMoves, ATenantTakesAllItsCheckpointsAlong) {
    const auto change = rename(RouteName("acme"), RouteName("initech"));

    ASSERT_TRUE(change);
    EXPECT_THAT(change->dropped_checkpoints, ElementsAre(acme_archive, acme_siem));
    EXPECT_THAT(change->checkpoints, ElementsAre(Pair(RouteId("initech", "archive"), sample_checkpoint(1)),
                                                 Pair(RouteId("initech", "siem"), sample_checkpoint(2))));
    EXPECT_THAT(change->streams, IsEmpty());
}

TEST_F(CheckpointMoves, ARouteMovesAlone) {
    const auto change = rename(RouteName("acme", "archive"), RouteName("acme", "files"));

    ASSERT_TRUE(change);
    EXPECT_THAT(change->dropped_checkpoints, ElementsAre(acme_archive));
    EXPECT_THAT(change->checkpoints, ElementsAre(Pair(RouteId("acme", "files"), sample_checkpoint(1))));
    EXPECT_THAT(change->streams, IsEmpty()) << "globex still writes to that sink";
}

TEST_F(CheckpointMoves, TheLastRouteOfASinkTakesItsStreamsAlong) {
    const auto change = rename(RouteName("acme", "siem"), RouteName("acme", "splunk"));

    ASSERT_TRUE(change);
    ASSERT_EQ(change->streams.size(), 1U);
    EXPECT_EQ(change->streams[0].id, 2);
    EXPECT_EQ(change->streams[0].key, "splunk\n/siem/all.ndjson");
    EXPECT_EQ(change->streams[0].last_seq, 3);
}

TEST_F(CheckpointMoves, AStreamThatTheNewSinkHasIsLeftAlone) {
    streams_.push_back(stream(4, "splunk\n/siem/all.ndjson"));

    const auto change = rename(RouteName("acme", "siem"), RouteName("acme", "splunk"));

    ASSERT_TRUE(change);
    EXPECT_THAT(change->streams, IsEmpty());
}

TEST_F(CheckpointMoves, NothingIsOverwritten) {
    EXPECT_THAT(refusal(RouteName("acme"), RouteName("globex")), HasSubstr("globex has a checkpoint already"));
    EXPECT_THAT(refusal(RouteName("acme", "archive"), RouteName("globex", "archive")), HasSubstr("globex/archive has a"));
    EXPECT_THAT(refusal(RouteName("acme"), RouteName("acme")), HasSubstr("already"));
}

TEST_F(CheckpointMoves, WhatIsNotThereCannotBeRenamed) {
    EXPECT_THAT(refusal(RouteName("initech"), RouteName("globex2")), HasSubstr("initech has no checkpoint"));
    EXPECT_THAT(refusal(RouteName("globex", "siem"), RouteName("globex", "bus")), HasSubstr("globex/siem has no checkpoint"));
    EXPECT_THAT(refusal(RouteName("acme"), RouteName("acme", "files")), HasSubstr("both"));
}

}  // namespace
}  // namespace oktail
