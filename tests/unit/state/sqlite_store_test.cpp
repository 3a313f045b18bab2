#include "state/sqlite_store.hpp"

#include "support/run_on.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sqlite3.h>

#include <fstream>
#include <string>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const RouteId route("acme", "archive");

// What the conformance suite cannot ask of every store: SQLite's files, versions and failures.
class SqliteStoreTest : public testing::Test {
protected:
    void open() {
        store_.reset();
        auto opened = SqliteStore::open(state_);
        ASSERT_TRUE(opened) << opened.error().what();
        store_ = std::move(*opened);
    }
    Error refusal() const {
        const auto opened = SqliteStore::open(state_);
        return opened ? Error(ErrorKind::stopped, "opened") : opened.error();
    }
    /// Behind the back of a closed store.
    void tamper(const char* sql) {
        store_.reset();
        sqlite3* database = nullptr;
        sqlite3_open((state_ / "state.db").c_str(), &database);
        EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
        sqlite3_close(database);
    }
    void overwrite(std::streamoff at, const std::string& bytes) {
        store_.reset();
        std::fstream file(state_ / "state.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(at);
        file << bytes;
    }
    fs::perms mode(const char* name) const { return fs::status(state_ / name).permissions(); }

    TempDir temp_;
    fs::path state_ = temp_ / "state";
    Shard shard_{"test"};
    std::unique_ptr<SqliteStore> store_;
};

constexpr auto owner_only = fs::perms::owner_read | fs::perms::owner_write;

TEST_F(SqliteStoreTest, FilesAreForTheirOwnerOnly) {
    open();
    ASSERT_TRUE(run_on(shard_, store_->save(route, sample_checkpoint(1))));

    EXPECT_EQ(mode("state.db"), owner_only);
    EXPECT_EQ(mode("state.db-wal"), owner_only);
    EXPECT_EQ(mode("lock"), owner_only);
    EXPECT_FALSE(fs::exists(state_ / "state.db-shm"));  // one process, so no shared memory
}

TEST_F(SqliteStoreTest, SecondOpenerIsRefused) {
    open();

    EXPECT_EQ(refusal().kind(), ErrorKind::transient);
    EXPECT_THAT(refusal().what(), HasSubstr("in use by another oktail"));
}

TEST_F(SqliteStoreTest, DirectoryOpenToOthersIsRefused) {
    open();
    store_.reset();
    fs::permissions(state_, fs::perms::others_read, fs::perm_options::add);

    EXPECT_EQ(refusal().kind(), ErrorKind::rejected);
}

TEST_F(SqliteStoreTest, NewerVersionIsRefusedAndLeftAsItIs) {
    open();
    tamper("PRAGMA journal_mode=DELETE; PRAGMA user_version=2");
    const auto before = fs::last_write_time(state_ / "state.db");

    EXPECT_EQ(refusal().kind(), ErrorKind::rejected);
    EXPECT_THAT(refusal().what(), HasSubstr("has version 2, this oktail knows 1; run the version"));
    EXPECT_EQ(fs::last_write_time(state_ / "state.db"), before);
}

TEST_F(SqliteStoreTest, ADatabaseThatIsGoneIsNotANewOne) {
    open();
    store_.reset();
    fs::remove(state_ / "state.db");

    EXPECT_EQ(refusal().kind(), ErrorKind::rejected);
    EXPECT_THAT(refusal().what(), HasSubstr("restore it from a backup, or remove " + (state_ / "initialized").string()));
    EXPECT_EQ(refusal().kind(), ErrorKind::rejected);

    fs::remove(state_ / "initialized");
    open();
    EXPECT_TRUE(store_->was_empty());
}

TEST_F(SqliteStoreTest, DamageIsFatal) {
    open();
    ASSERT_TRUE(run_on(shard_, store_->save(route, sample_checkpoint(1))));
    overwrite(2 * 32768, std::string(100, '\xff'));

    EXPECT_EQ(refusal().kind(), ErrorKind::fatal);
    EXPECT_THAT(refusal().what(), HasSubstr("restore the state directory from a backup"));
}

TEST_F(SqliteStoreTest, WhatIsNoDatabaseIsFatal) {
    fs::create_directory(state_);
    fs::permissions(state_, fs::perms::owner_all);
    open();
    store_.reset();
    fs::resize_file(state_ / "state.db", 10);

    EXPECT_EQ(refusal().kind(), ErrorKind::fatal);
}

TEST_F(SqliteStoreTest, AnUnreadableCheckpointNamesItsRoute) {
    open();
    ASSERT_TRUE(run_on(shard_, store_->save(route, sample_checkpoint(1))));
    tamper("UPDATE checkpoint SET body = zeroblob(100)");
    open();

    const auto loaded = run_on(shard_, store_->load(route));

    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind(), ErrorKind::fatal);
    EXPECT_THAT(loaded.error().what(), HasSubstr("route acme/archive: checkpoint is unreadable"));
    EXPECT_TRUE(run_on(shard_, store_->save(RouteId("globex", "archive"), sample_checkpoint(1))));
}

TEST_F(SqliteStoreTest, TheLogIsBounded) {
    open();
    RedoRow row;
    row.bytes = std::string(1024 * 1024, 'x');
    for (row.at = 0; row.at < 60; ++row.at) {
        StateChange change;
        change.redo.push_back(row);
        change.purged.emplace_back(0, row.at);
        ASSERT_TRUE(run_on(shard_, store_->commit(std::move(change))));
    }

    EXPECT_LT(fs::file_size(state_ / "state.db-wal"), 40U * 1024 * 1024);
    EXPECT_LT(fs::file_size(state_ / "state.db"), 10U * 1024 * 1024);
}

TEST_F(SqliteStoreTest, ACallerThatLeavesUndoesNothing) {
    open();
    asio::cancellation_signal leave;
    std::promise<bool> left;
    asio::post(shard_.executor(), [&] {
        asio::co_spawn(shard_.executor(), store_->save(route, sample_checkpoint(7)),
                       asio::bind_cancellation_slot(leave.slot(), [&left](std::exception_ptr error, Result<void>) {
                           left.set_value(error != nullptr);
                       }));
        asio::post(shard_.executor(), [&leave] { leave.emit(asio::cancellation_type::terminal); });
    });
    left.get_future().wait();

    const auto loaded = run_on(shard_, store_->load(route));

    ASSERT_TRUE(loaded && *loaded);
    EXPECT_EQ((*loaded)->seq, 7U);
}

}  // namespace
}  // namespace oktail
