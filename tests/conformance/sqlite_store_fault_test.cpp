#include "state/sqlite_store.hpp"

#include "support/memory_disk.hpp"
#include "support/run_on.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oktail {
namespace {

using Call = MemoryDisk::Call;
using Fault = MemoryDisk::Fault;
using Loss = MemoryDisk::Loss;
using testing::AnyOf;
using testing::HasSubstr;

const RouteId route("acme", "archive");
constexpr std::uint64_t redo_size = 50'000;

/// Round n promises lines n, drops those before, and moves the checkpoint: what a file sink does.
StateChange round(std::uint64_t n) {
    StateChange change;
    FileRow file;
    file.id = 1;
    file.path = "/logs/acme.ndjson";
    file.base = (n - 1) * redo_size;
    RedoRow redo;
    redo.file = 1;
    redo.at = file.base;
    redo.size = redo_size;
    redo.bytes = std::string(redo_size, static_cast<char>('a' + n % 26));
    change.files.push_back(std::move(file));
    change.redo.push_back(std::move(redo));
    change.purged.emplace_back(1, (n - 1) * redo_size);
    change.checkpoints.emplace_back(route, sample_checkpoint(n, 1'000));
    return change;
}

/// A store on a disk with faults, and how far it got.
class SqliteStoreFaultTest : public testing::Test {
protected:
    static constexpr int rounds = 5;

    /// A new machine.
    void begin() {
        store_.reset();
        temp_.emplace();
        disk_.emplace();
        acked_ = 0;
    }
    Result<void> open() {
        store_.reset();
        SqliteStoreOptions options;
        options.vfs = disk_->vfs();
        options.log_pages = log_pages_;
        auto opened = SqliteStore::open(temp_->path(), options);
        if (!opened) return opened.error();
        store_ = std::move(*opened);
        return {};
    }
    Result<void> commit_next() {
        auto done = run_on(shard_, store_->commit(round(acked_ + 1)));
        if (done) ++acked_;
        return done;
    }
    /// Opens and commits all rounds; stops at the first error.
    Result<void> run() {
        auto done = open();
        while (done && acked_ < rounds) done = commit_next();
        if (!done) return done;
        // Whatever the thread did after its last answer, it is over now.
        const auto loaded = run_on(shard_, store_->load(route));
        return loaded ? done : loaded.error();
    }
    /// Which round the state is whole after; -1: it is a mixture of several.
    int round_on_disk() {
        const auto checkpoint = run_on(shard_, store_->load(route));
        const auto tables = run_on(shard_, store_->load_files());
        if (!checkpoint || !tables) return -1;
        if (!*checkpoint) return tables->files.empty() && tables->redo.empty() ? 0 : -1;
        const auto n = (*checkpoint)->seq;
        const auto expected = round(n);
        const auto bytes = run_on(shard_, store_->load_redo(1, expected.redo[0].at));
        const bool whole = **checkpoint == expected.checkpoints[0].second && tables->files.size() == 1 &&
                           tables->files[0].base == expected.files[0].base && tables->redo.size() == 1 && bytes &&
                           *bytes == expected.redo[0].bytes;
        return whole ? static_cast<int>(n) : -1;
    }
    int calls_of_a_whole_run() {
        begin();
        EXPECT_TRUE(run());
        return disk_->calls();
    }
    auto is_acked_or_in_flight() const { return AnyOf(static_cast<int>(acked_), static_cast<int>(acked_) + 1); }

    Shard shard_{"test"};
    std::optional<TempDir> temp_;
    std::optional<MemoryDisk> disk_;
    std::unique_ptr<SqliteStore> store_;
    std::uint64_t acked_ = 0;
    int log_pages_ = 12;  // so that a short run moves the log more than once
};

class SqliteStoreCrashTest : public SqliteStoreFaultTest, public testing::WithParamInterface<Loss> {};

TEST_P(SqliteStoreCrashTest, AnyCallMayBeTheLast) {
    const int calls = calls_of_a_whole_run();
    ASSERT_GT(calls, 80);
    for (int last = 1; last <= calls; ++last) {
        begin();
        disk_->inject(Fault::crash, Call::any, last);
        ASSERT_FALSE(run());
        store_.reset();
        disk_->restart(GetParam());

        const auto reopened = open();

        ASSERT_TRUE(reopened) << "crash at call " << last << ": " << reopened.error().what();
        ASSERT_THAT(round_on_disk(), is_acked_or_in_flight()) << "crash at call " << last;
        acked_ = static_cast<std::uint64_t>(round_on_disk());
        ASSERT_TRUE(commit_next());
    }
}

TEST_P(SqliteStoreCrashTest, SoMayAnyCallOfTheNextOpening) {
    const int calls = calls_of_a_whole_run();
    for (int last = 1; last <= calls; last += 13)
        for (int again = 1; again <= 12; ++again) {
            begin();
            disk_->inject(Fault::crash, Call::any, last);
            ASSERT_FALSE(run());
            store_.reset();
            disk_->restart(GetParam());
            disk_->inject(Fault::crash, Call::any, again);
            static_cast<void>(open());
            store_.reset();
            disk_->restart(GetParam());

            const auto reopened = open();

            ASSERT_TRUE(reopened) << "crash at call " << last << ", " << again << ": " << reopened.error().what();
            ASSERT_THAT(round_on_disk(), is_acked_or_in_flight()) << "crash at call " << last << ", " << again;
        }
}

std::string loss_name(const testing::TestParamInfo<Loss>& tested) {
    return tested.param == Loss::nothing ? "Nothing" : tested.param == Loss::everything ? "AllUnsynced" : "HalfOfUnsynced";
}
INSTANTIATE_TEST_SUITE_P(Losing, SqliteStoreCrashTest,
                         testing::Values(Loss::nothing, Loss::everything, Loss::every_other_block), loss_name);

TEST_F(SqliteStoreFaultTest, AnInputOutputErrorIsTheEnd) {
    const int calls = calls_of_a_whole_run();
    for (int nth = 1; nth <= calls; ++nth) {
        begin();
        disk_->inject(Fault::io_error, Call::any, nth);

        const auto ended = run();

        ASSERT_FALSE(ended) << "call " << nth;
        ASSERT_EQ(ended.error().kind(), ErrorKind::fatal) << "call " << nth;
        store_.reset();
        disk_->restart(Loss::everything);
        const auto reopened = open();
        ASSERT_TRUE(reopened) << "call " << nth << ": " << reopened.error().what();
        ASSERT_THAT(round_on_disk(), is_acked_or_in_flight()) << "call " << nth;
    }
}

TEST_F(SqliteStoreFaultTest, AFailedFlushIsNeverTriedAgain) {
    begin();
    ASSERT_TRUE(open());
    ASSERT_TRUE(commit_next());
    disk_->inject(Fault::io_error, Call::sync, 1);
    const auto failed = commit_next();
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().what(), HasSubstr("disk I/O error (SQLite's code 1034"));
    const int calls = disk_->calls();

    const auto again = commit_next();
    const auto loaded = run_on(shard_, store_->load(route));
    store_.reset();

    ASSERT_FALSE(again);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(again.error().kind(), ErrorKind::fatal);
    EXPECT_EQ(again.error().what(), failed.error().what());
    EXPECT_EQ(loaded.error().kind(), ErrorKind::fatal);
    EXPECT_EQ(disk_->calls(), calls);
}

TEST_F(SqliteStoreFaultTest, NothingIsBuiltOnBytesThatAFailedFlushLost) {
    log_pages_ = 1000;
    begin();
    ASSERT_TRUE(open());
    ASSERT_TRUE(commit_next());
    disk_->inject(Fault::io_error, Call::sync, 1);
    ASSERT_FALSE(commit_next());
    // The process starts again, the machine does not: the page cache still shows what the disk has lost.
    ASSERT_TRUE(open());
    acked_ = static_cast<std::uint64_t>(round_on_disk());
    ASSERT_TRUE(commit_next());
    disk_->inject(Fault::crash, Call::any, 1);
    store_.reset();

    disk_->restart(Loss::everything);

    ASSERT_TRUE(open());
    EXPECT_EQ(round_on_disk(), static_cast<int>(acked_));
}

class SqliteStoreFullTest : public SqliteStoreFaultTest, public testing::WithParamInterface<Fault> {};

TEST_P(SqliteStoreFullTest, AFullDiskPasses) {
    const int calls = calls_of_a_whole_run();
    for (int nth = 1; nth <= calls; ++nth) {
        begin();
        ASSERT_TRUE(open());
        disk_->inject(GetParam(), Call::write, nth);
        Result<void> done;
        while (done && acked_ < rounds) done = commit_next();
        if (done) continue;  // the disk had room enough for this run

        ASSERT_EQ(done.error().kind(), ErrorKind::transient) << done.error().what();
        ASSERT_THAT(done.error().what(), HasSubstr("free some space"));
        ASSERT_EQ(round_on_disk(), static_cast<int>(acked_)) << "write " << nth;
        ASSERT_FALSE(commit_next());
        disk_->heal();
        ASSERT_TRUE(commit_next()) << "write " << nth;
        ASSERT_EQ(round_on_disk(), static_cast<int>(acked_));
        store_.reset();
        disk_->restart(Loss::everything);
        ASSERT_TRUE(open());
        ASSERT_EQ(round_on_disk(), static_cast<int>(acked_)) << "write " << nth;
    }
}

INSTANTIATE_TEST_SUITE_P(No, SqliteStoreFullTest, testing::Values(Fault::full, Fault::no_room, Fault::quota),
                         [](const testing::TestParamInfo<Fault>& tested) {
                             return tested.param == Fault::quota ? "Quota" : tested.param == Fault::full ? "Write" : "Growth";
                         });

TEST_F(SqliteStoreFaultTest, TheRoomOfTheLogIsUsedAgainBeforeTheDiskIsCalledFull) {
    log_pages_ = 1000;
    begin();
    ASSERT_TRUE(open());
    ASSERT_TRUE(commit_next());
    ASSERT_TRUE(open());  // which gives the database its pages
    ASSERT_TRUE(commit_next());
    disk_->inject(Fault::no_room, Call::write, 1);

    for (int n = 0; n < 50; ++n) ASSERT_TRUE(commit_next()) << "commit " << n;

    store_.reset();
    disk_->restart(Loss::everything);
    ASSERT_TRUE(open());
    EXPECT_EQ(round_on_disk(), static_cast<int>(acked_));
}

TEST_F(SqliteStoreFaultTest, AFullDiskKeepsNothingOfAGroup) {
    begin();
    ASSERT_TRUE(open());
    disk_->inject(Fault::full, Call::write, 1);
    std::vector<std::future<Result<void>>> saves;
    for (std::uint64_t n = 1; n <= 20; ++n)
        saves.push_back(start_on(shard_, store_->save(RouteId("tenant", std::to_string(n)), sample_checkpoint(n, 1'000))));

    for (auto& saved : saves) EXPECT_EQ(saved.get().error().kind(), ErrorKind::transient);

    disk_->heal();
    for (std::uint64_t n = 1; n <= 20; ++n)
        EXPECT_EQ(run_on(shard_, store_->load(RouteId("tenant", std::to_string(n)))).value(), std::nullopt);
}

}  // namespace
}  // namespace oktail
