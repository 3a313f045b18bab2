// Files that end by their size, and what becomes of finished ones.

#include "core/log.hpp"
#include "unit/sink/file/file_sink_life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::Contains;
using testing::ElementsAre;

class FileRotationTest : public testing::Test {
protected:
    void SetUp() override {
        log::setup("error", false);
        world_.path = "/log/%m-%d.ndjson";
    }
    /// Delivers up to event `last`, an event a page, and lets `time` pass after that.
    void live(std::size_t last, std::chrono::milliseconds time = {}) {
        Fuse fuse;
        FileSinkLife life(world_, fuse);
        life.recover();
        life.deliver("acme", last, 1);
        ASSERT_TRUE(life.run());
        for (int i = 0; i < 12; ++i) {
            life.pass(time / 12);
            life.run_for_a_moment();
        }
    }
    std::vector<std::string> events(std::size_t count) const {
        std::vector<std::string> out;
        for (std::size_t n = 0; n < count; ++n) out.push_back(FileSinkWorld::event("acme", n));
        return out;
    }

    FileSinkWorld world_;
};

TEST_F(FileRotationTest, FileThatHasReachedItsSizeIsFollowedByTheNext) {
    world_.rotate.size = 40;

    live(3);

    EXPECT_EQ(world_.lines(), events(3));
    EXPECT_THAT(world_.disk.paths(), ElementsAre("/log/01-01.1.ndjson", "/log/01-01.ndjson"));
}

TEST_F(FileRotationTest, PathWithoutATimeIsNumberedToo) {
    world_.path = "/log/acme.ndjson";
    world_.rotate.size = 10;

    live(2);
    live(3);

    EXPECT_EQ(world_.lines(), events(3));
    EXPECT_THAT(world_.disk.paths(), ElementsAre("/log/acme.1.ndjson", "/log/acme.2.ndjson", "/log/acme.ndjson"));
}

class FilePackingTest : public FileRotationTest, public testing::WithParamInterface<std::pair<Packing, const char*>> {};

TEST_P(FilePackingTest, FinishedFileIsPackedAndItsReadersHaveTenMinutes) {
    const auto [packing, suffix] = GetParam();
    world_.rotate = {.size = 50, .compress = packing, .keep = {}};
    const std::string packed = std::string("/log/01-01.ndjson") + suffix;

    live(3, minutes(6));
    EXPECT_THAT(world_.disk.paths(), ElementsAre("/log/01-01.1.ndjson", "/log/01-01.ndjson", packed));

    live(3, minutes(12));
    EXPECT_THAT(world_.disk.paths(), ElementsAre("/log/01-01.1.ndjson", packed));
    EXPECT_EQ(world_.lines(), events(3));
    EXPECT_EQ(world_.state->files.size(), 1U) << "the state need not know a file for ever";
}

INSTANTIATE_TEST_SUITE_P(Packing, FilePackingTest,
                         testing::Values(std::pair(Packing::zstd, ".zst"), std::pair(Packing::gzip, ".gz")),
                         [](const auto& info) { return info.param.second + 1; });

TEST_F(FileRotationTest, WhatTheStateCallsPackedIsOnDiskAsSuch) {
    world_.rotate = {.size = 50, .compress = Packing::zstd, .keep = {}};
    live(3, minutes(6));
    ASSERT_EQ(world_.state->files.begin()->second.state, FileState::packed);

    Fuse fuse;
    world_.disk.boot(fuse, Loss::everything);

    EXPECT_THAT(world_.disk.paths(), Contains("/log/01-01.ndjson.zst"));
}

TEST_F(FileRotationTest, FileOfYesterdayIsPackedThoughNothingHappensToday) {
    world_.rotate.compress = Packing::zstd;

    live(1, hours(36));

    EXPECT_THAT(world_.disk.paths(), ElementsAre("/log/01-01.ndjson.zst"));
    EXPECT_EQ(world_.lines(), events(1));
}

class FileKeepTest : public FileRotationTest, public testing::WithParamInterface<Packing> {};

TEST_P(FileKeepTest, FilesAreKeptAsLongAsConfiguredAndNoLonger) {
    world_.rotate = {.size = 50, .compress = GetParam(), .keep = hours(1)};

    live(3, minutes(48));
    EXPECT_EQ(world_.lines(), events(3));

    live(3, minutes(24));
    EXPECT_EQ(world_.lines(), std::vector{FileSinkWorld::event("acme", 2)}) << "the live file is never deleted";
}

INSTANTIATE_TEST_SUITE_P(Packing, FileKeepTest, testing::Values(Packing::none, Packing::zstd),
                         [](const auto& info) { return info.param == Packing::none ? "none" : "zstd"; });

TEST_F(FileRotationTest, FileThatSomeoneHasWrittenIntoIsNotPacked) {
    world_.rotate = {.size = 27, .compress = Packing::zstd, .keep = {}};
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 2, 1);
    ASSERT_TRUE(life.run());
    world_.disk.append("/log/01-01.ndjson", "theirs\n");

    life.pass(minutes(1));
    life.run_for_a_moment();
    life.pass(minutes(11));
    life.run_for_a_moment();

    EXPECT_THAT(world_.disk.paths(), testing::Not(testing::Contains("/log/01-01.ndjson.zst")));
    EXPECT_THAT(world_.disk.content("/log/01-01.ndjson"), testing::EndsWith("theirs\n"));
}

TEST_F(FileRotationTest, PackedFileOfSomeoneElseIsNotReplaced) {
    world_.rotate = {.size = 10, .compress = Packing::zstd, .keep = {}};
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 1, 1);
    ASSERT_TRUE(life.run());
    world_.disk.put("/log/01-01.ndjson.zst", "theirs");
    life.deliver("acme", 2, 1);
    ASSERT_TRUE(life.run());

    life.pass(minutes(1));
    life.run_for_a_moment();
    life.pass(minutes(11));
    life.run_for_a_moment();

    EXPECT_EQ(world_.disk.content("/log/01-01.ndjson.zst"), "theirs");
    EXPECT_EQ(world_.disk.content("/log/01-01.ndjson"), FileSinkWorld::event("acme", 0) + "\n");
}

TEST_F(FileRotationTest, RenamedFileIsLetGoOfWhenAReloadAsks) {
    world_.path = "/log/acme.log";
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 1, 1);
    ASSERT_TRUE(life.run());
    world_.disk.move("/log/acme.log", "/log/acme.log.1");
    ASSERT_EQ(world_.disk.open_files(), 1);

    life.look_again();

    EXPECT_EQ(world_.disk.open_files(), 0);
    EXPECT_TRUE(world_.state->redo.empty()) << "whoever renamed it may pack it now";
    EXPECT_TRUE(world_.state->files.empty());
}

}  // namespace
}  // namespace oktail
