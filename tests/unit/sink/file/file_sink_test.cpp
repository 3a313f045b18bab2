#include "sink/file/file_sink.hpp"

#include "core/log.hpp"
#include "unit/sink/file/file_sink_life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace oktail {
namespace {

using std::chrono::hours;
using testing::ElementsAre;

constexpr const char* first_file = "/log/2026/01-01.ndjson";
constexpr const char* second_of_the_day = "/log/2026/01-01.1.ndjson";
constexpr const char* second_day = "/log/2026/01-02.ndjson";

class FileSinkTest : public testing::Test {
protected:
    void SetUp() override { log::setup("error", false); }

    static std::vector<std::string> events(std::size_t count, const std::string& tenant = "acme") {
        std::vector<std::string> out;
        for (std::size_t n = 0; n < count; ++n) out.push_back(FileSinkWorld::event(tenant, n));
        return out;
    }
    static std::string text(std::size_t count) {
        std::string out;
        for (const std::string& line : events(count)) out += line + "\n";
        return out;
    }
    /// Delivers up to event number `last` in a life of its own.
    bool live(std::size_t last, Loss loss = Loss::nothing) {
        Fuse fuse;
        FileSinkLife life(world_, fuse, loss);
        life.recover();
        life.deliver("acme", last, 2);
        return life.run();
    }
    /// A life that is gone before it can flush.
    void die_unflushed(std::size_t last) {
        Fuse fuse;
        FileSinkLife life(world_, fuse);
        life.deliver("acme", last, 2);
        ASSERT_TRUE(life.run());
        fuse.kill();
    }

    FileSinkWorld world_;
};

TEST_F(FileSinkTest, CleanStopLeavesNoPromise) {
    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.flushed_content(first_file), text(5));
    EXPECT_TRUE(world_.state->redo.empty());
    EXPECT_EQ(world_.state->checkpoints.at(RouteId("acme", "archive")).seq, 5u);
    EXPECT_EQ(world_.disk.open_files(), 0);
}

TEST_F(FileSinkTest, NextLifeGoesOnInTheSameFile) {
    ASSERT_TRUE(live(3));
    ASSERT_TRUE(live(5));

    EXPECT_THAT(world_.disk.paths(), ElementsAre(first_file));
    EXPECT_EQ(world_.disk.content(first_file), text(5));
}

TEST_F(FileSinkTest, NewDayIsANewFileAndTheOldOneIsFlushed) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 4, 2, [](FileSinkLife& at) { at.clock.step_utc(hours(24)); });
    ASSERT_TRUE(life.run());

    EXPECT_THAT(world_.disk.paths(), ElementsAre(first_file, second_day));
    EXPECT_EQ(world_.disk.flushed_content(first_file), text(2));
    EXPECT_EQ(world_.state->files.size(), 1u);
}

TEST_F(FileSinkTest, ClockSetBackKeepsTheFile) {
    ASSERT_TRUE(live(2));
    world_.utc += hours(24);
    ASSERT_TRUE(live(4));
    world_.utc -= hours(24);
    ASSERT_TRUE(live(6));
    world_.disk.move(second_day, "/log/2026/rotated");
    ASSERT_TRUE(live(8));

    EXPECT_THAT(world_.disk.paths(), ElementsAre(first_file, "/log/2026/01-02.1.ndjson", "/log/2026/rotated"));
    EXPECT_THAT(world_.disk.content(first_file), text(2));
}

TEST_F(FileSinkTest, TakenNamesAreLeftAlone) {
    world_.path = "/log/%m-%d.ndjson";
    world_.disk.put("/log/01-01.ndjson", "mine\n");
    world_.disk.put("/log/01-01.1.ndjson.zst", "packed");
    world_.disk.put("/log/01-01.2.ndjson", "");

    ASSERT_TRUE(live(2));

    EXPECT_EQ(world_.disk.content("/log/01-01.ndjson"), "mine\n");
    EXPECT_EQ(world_.disk.content("/log/01-01.2.ndjson"), text(2));
}

TEST_F(FileSinkTest, FullDiskWaitsAtTheByteWhereItStopped) {
    for (std::uint64_t room = 1; room < text(2).size(); ++room) {
        FileSinkWorld world;
        Fuse fuse;
        FileSinkLife life(world, fuse);
        world.disk.set_room(room);
        life.deliver("acme", 2, 2);
        life.run_until([&life] { return life.clock.sleepers() == 3; });  // the others: group flush, keeper
        life.deliver("globex", 2, 2);
        if (HasFatalFailure()) return;
        EXPECT_EQ(world.disk.content(first_file).size(), room);
        world.disk.set_room(UINT64_MAX);

        EXPECT_TRUE(life.run_through_time());
        // Which of the two was first is theirs to settle; each page is whole.
        auto expected = events(2);
        for (const auto& event : events(2, "globex")) expected.push_back(event);
        auto rotated = expected;
        std::rotate(rotated.begin(), rotated.begin() + 2, rotated.end());
        EXPECT_THAT(world.lines(), testing::AnyOf(expected, rotated));
    }
}

TEST_F(FileSinkTest, FailedFlushIsMendedByWritingAgain) {
    for (const int failures : {1, 2, 3}) {
        FileSinkWorld world;
        world.fsync = Fsync::page;
        Fuse fuse;
        {
            FileSinkLife life(world, fuse);
            life.deliver("acme", 2, 2);
            world.disk.fail_flushes(failures);
            ASSERT_TRUE(life.run_through_time());
        }

        EXPECT_EQ(world.disk.flushed_content(first_file), text(2)) << failures;
        EXPECT_TRUE(world.state->redo.empty());
    }
}

TEST_F(FileSinkTest, FailedWriteIsMendedByWritingAgain) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 5, 2);
    world_.disk.fail_write();

    ASSERT_TRUE(life.run());

    EXPECT_EQ(world_.disk.content(first_file), text(5));
}

TEST_F(FileSinkTest, FailedStateIsFatalAndStaysSo) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.store.store.fail_commit(1, Error(ErrorKind::fatal, "I/O error"));
    life.deliver("acme", 2, 2);
    EXPECT_FALSE(life.run());
    life.deliver("globex", 2, 2);
    EXPECT_FALSE(life.run());

    ASSERT_EQ(life.errors().size(), 2u);
    EXPECT_EQ(life.errors()[0].kind(), ErrorKind::fatal);
    EXPECT_EQ(life.errors()[1].kind(), ErrorKind::fatal);
    EXPECT_EQ(world_.disk.content(first_file), "");
}

TEST_F(FileSinkTest, FullStateIsTransientAndLeavesNothing) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.store.store.fail_commit(1, Error(ErrorKind::transient, "database or disk is full"));
    life.deliver("acme", 2, 2);
    EXPECT_FALSE(life.run());
    EXPECT_EQ(life.errors().at(0).kind(), ErrorKind::transient);
    EXPECT_EQ(world_.disk.content(first_file), "");

    life.deliver("acme", 2, 2);
    life.run();

    EXPECT_EQ(world_.disk.content(first_file), text(2));
}

TEST_F(FileSinkTest, DeletedFileIsFollowedByAnother) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 2, 2);
    ASSERT_TRUE(life.run());
    life.pass_time_until([this] { return world_.state->redo.empty(); });
    world_.disk.take_away(first_file);
    life.deliver("acme", 4, 2);
    ASSERT_TRUE(life.run());

    EXPECT_THAT(world_.disk.paths(), ElementsAre(second_of_the_day));
    EXPECT_THAT(world_.lines(), ElementsAre(FileSinkWorld::event("acme", 2), FileSinkWorld::event("acme", 3)));
}

TEST_F(FileSinkTest, LinesNotYetFlushedSurviveADeletion) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 2, 2);
    ASSERT_TRUE(life.run());
    world_.disk.take_away(first_file);
    life.deliver("acme", 4, 2);
    ASSERT_TRUE(life.run());

    EXPECT_EQ(world_.lines(), events(4));
}

TEST_F(FileSinkTest, LinesNotYetFlushedSurviveADeletionBeforeAStart) {
    die_unflushed(3);
    world_.disk.take_away(first_file);

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.lines(), events(5));
}

TEST_F(FileSinkTest, RenamedFileIsFinishedAndLeft) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 2, 2);
    ASSERT_TRUE(life.run());
    world_.disk.move(first_file, "/log/2026/rotated");
    life.deliver("acme", 4, 2);
    ASSERT_TRUE(life.run());

    EXPECT_EQ(world_.disk.content("/log/2026/rotated"), text(2));
    EXPECT_THAT(world_.disk.paths(), ElementsAre(second_of_the_day, "/log/2026/rotated"));
}

TEST_F(FileSinkTest, RenamedFileIsFoundAgainAfterACrash) {
    die_unflushed(3);
    world_.disk.move(first_file, "/log/2026/rotated");

    ASSERT_TRUE(live(5, Loss::content));

    EXPECT_EQ(world_.disk.content("/log/2026/rotated"), text(3));
    EXPECT_EQ(world_.lines().size(), 5u);
}

TEST_F(FileSinkTest, AnotherFileUnderOurNameIsLeftAlone) {
    die_unflushed(3);
    world_.disk.take_away(first_file);
    world_.disk.put(first_file, "someone else's\n");

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.content(first_file), "someone else's\n");
    EXPECT_EQ(world_.disk.content(second_of_the_day), text(5));
}

TEST_F(FileSinkTest, EmptyFileUnderOurNameIsNotTakenForOurs) {
    die_unflushed(3);
    world_.disk.move(first_file, "/log/2026/rotated");
    world_.disk.put(first_file, "");

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.content("/log/2026/rotated"), text(3));
    EXPECT_EQ(world_.lines().size(), 5u);
}

TEST_F(FileSinkTest, NetworkFileSystemIsNoPlaceForExactlyOnce) {
    world_.disk.network = "NFS";
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 1, 1);

    EXPECT_FALSE(life.run());
    ASSERT_EQ(life.errors().size(), 1U);
    EXPECT_EQ(life.errors()[0].kind(), ErrorKind::rejected);
    EXPECT_THAT(life.errors()[0].what(), testing::HasSubstr("/log/ is on NFS"));

    world_.delivery = Delivery::at_least_once;
    EXPECT_TRUE(live(1));
}

TEST_F(FileSinkTest, FileMadeByARecoveryThatWasKilledKeepsItsName) {
    die_unflushed(3);
    world_.disk.take_away(first_file);  // by the power cut
    world_.disk.put(first_file, "");    // and made again; the state knows the one before

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.content(first_file), text(5));
    EXPECT_EQ(world_.disk.paths().size(), 1U);
}

TEST_F(FileSinkTest, FileEditedInPlaceIsLeftAlone) {
    die_unflushed(3);
    world_.disk.overwrite(first_file, "edited\n");

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.content(first_file), "edited\n");
    EXPECT_EQ(world_.disk.content(second_of_the_day), text(5));
}

TEST_F(FileSinkTest, FileThatGrewMeanwhileIsLeftAlone) {
    die_unflushed(3);
    world_.disk.append(first_file, "theirs\n");

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.content(first_file), text(3) + "theirs\n");
    EXPECT_EQ(world_.disk.content(second_of_the_day), text(5));
}

TEST_F(FileSinkTest, FileEditedBeforeWhatIsFlushedIsLeftAlone) {
    ASSERT_TRUE(live(2));
    world_.disk.overwrite(first_file, std::string(text(2).size(), 'x'));

    ASSERT_TRUE(live(4));

    EXPECT_EQ(world_.disk.content(second_of_the_day).size(), text(4).size() - text(2).size());
}

TEST_F(FileSinkTest, FileThatSomeoneElseWroteIntoIsLeftAlone) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 2, 2);
    ASSERT_TRUE(life.run());
    world_.disk.append(first_file, "not ours");
    life.deliver("acme", 4, 2);
    ASSERT_TRUE(life.run());

    EXPECT_EQ(world_.disk.content(first_file), text(2) + "not ours");
    EXPECT_EQ(world_.disk.content(second_of_the_day).size(), text(4).size() - text(2).size());
}

TEST_F(FileSinkTest, PromisesOfAPathThatIsNoLongerConfiguredAreKept) {
    die_unflushed(3);
    world_.path = "/log/elsewhere-%Y.ndjson";

    ASSERT_TRUE(live(5, Loss::zeros));

    EXPECT_EQ(world_.disk.flushed_content(first_file), text(3));
    EXPECT_EQ(world_.disk.content("/log/elsewhere-2026.ndjson").size(), text(5).size() - text(3).size());
}

TEST_F(FileSinkTest, SoAreThoseOfAFileThatIsGone) {
    die_unflushed(3);
    world_.disk.take_away(first_file);
    world_.path = "/log/elsewhere-%Y.ndjson";

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.disk.flushed_content(first_file), text(3));
}

TEST_F(FileSinkTest, BusyFileDelaysOnlyItsOwnStream) {
    world_.path = "/log/{tenant}-%Y.ndjson";
    die_unflushed(3);
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    const auto held = world_.disk.open("/log/acme-2026.ndjson");
    life.recover();
    life.deliver("acme", 5, 2);
    life.deliver("globex", 2, 2);
    life.run();
    ASSERT_EQ(life.errors().size(), 1u);
    EXPECT_EQ(life.errors()[0].kind(), ErrorKind::transient);
    EXPECT_EQ(world_.lines().size(), 5u);
}

TEST_F(FileSinkTest, PathWithoutATimeGoesOnInWhatIsThere) {
    world_.path = "/log/okta.log";
    world_.disk.put("/log/okta.log", "torn");

    ASSERT_TRUE(live(2));
    world_.utc += hours(48);
    ASSERT_TRUE(live(4));

    EXPECT_EQ(world_.disk.content("/log/okta.log"), "torn\n" + text(4));
}

TEST_F(FileSinkTest, NeverFlushingIsSafeAgainstAKill) {
    world_.fsync = Fsync::never;
    die_unflushed(3);

    ASSERT_TRUE(live(5));

    EXPECT_EQ(world_.lines(), events(5));
}

TEST_F(FileSinkTest, DiskThatHangsDoesNotHoldUpTheStart) {
    die_unflushed(3);
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    world_.disk.hang();

    life.recover_through_time();

    EXPECT_TRUE(is_anything_left_behind());
    world_.disk.release();
    while (is_anything_left_behind()) std::this_thread::yield();
    life.deliver("acme", 5, 2);
    EXPECT_TRUE(life.run());
    EXPECT_EQ(world_.lines(), events(5));
}

TEST_F(FileSinkTest, RouteStartedAgainWaitsForWhatWasUnderWay) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 1, 1);
    ASSERT_TRUE(life.run());
    world_.disk.hang();
    life.deliver("acme", 4, 2);
    life.run_for_a_moment();
    life.cancel_routes();
    life.deliver("acme", 4, 3);
    life.run_for_a_moment();
    world_.disk.release();

    EXPECT_TRUE(life.run());

    EXPECT_EQ(world_.lines(), events(4));
}

TEST_F(FileSinkTest, PageThatNobodyWaitsForIsForgottenIfNotUnderWay) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    for (const char* tenant : {"acme", "globex"}) life.deliver(tenant, 1, 1);
    ASSERT_TRUE(life.run());
    world_.disk.hang();
    for (const char* tenant : {"acme", "globex"}) {
        life.deliver(tenant, 2, 1);
        life.run_for_a_moment();
    }
    life.cancel_routes();
    world_.disk.release();
    life.run_for_a_moment();

    EXPECT_EQ(world_.state->checkpoints.at(RouteId("acme", "archive")).seq, 2u);
    EXPECT_EQ(world_.state->checkpoints.at(RouteId("globex", "archive")).seq, 1u);
    EXPECT_EQ(world_.lines().size(), 3u);
}

TEST_F(FileSinkTest, PagesThatWaitTogetherShareATransaction) {
    Fuse fuse;
    {
        FileSinkLife life(world_, fuse);
        for (const char* tenant : {"acme", "globex", "initech"}) life.deliver(tenant, 1, 1);
        ASSERT_TRUE(life.run());
        world_.disk.hang();
        for (const char* tenant : {"acme", "globex", "initech"}) {
            life.deliver(tenant, 3, 2);
            life.run_for_a_moment();
        }
        world_.disk.release();
        ASSERT_TRUE(life.run());

        EXPECT_EQ(life.store.store.changes().back().checkpoints.size(), 2u);
        EXPECT_EQ(life.store.store.changes().back().redo.size(), 1u);
        fuse.kill();
    }
    for (const char* tenant : {"acme", "globex", "initech"})
        EXPECT_EQ(world_.state->checkpoints.at(RouteId(tenant, "archive")).seq, 3u);
    EXPECT_EQ(world_.lines().size(), 9u);
}

TEST_F(FileSinkTest, PromisesEndASecondLaterWithoutFurtherPages) {
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    life.deliver("acme", 2, 2);
    ASSERT_TRUE(life.run());
    EXPECT_FALSE(world_.state->redo.empty());

    life.pass_time_until([this] { return world_.state->redo.empty(); });

    EXPECT_EQ(world_.state->files.begin()->second.base, text(2).size());
    EXPECT_EQ(world_.disk.flushed_content(first_file), text(2));
}

TEST_F(FileSinkTest, ManyStreamsEndTheirPromisesInOneTransaction) {
    world_.path = "/log/{tenant}-%Y.ndjson";
    Fuse fuse;
    FileSinkLife life(world_, fuse);
    for (const char* tenant : {"acme", "globex", "initech"}) life.deliver(tenant, 2, 2);
    ASSERT_TRUE(life.run());
    life.pass_time_until([this] { return world_.state->redo.empty(); });

    EXPECT_EQ(life.store.store.changes().back().purged.size(), 3u);
}

}  // namespace
}  // namespace oktail
