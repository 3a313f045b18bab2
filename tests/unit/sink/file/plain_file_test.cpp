#include "sink/file/plain_file.hpp"
#include "core/log.hpp"
#include "unit/sink/file/fake_disk.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

constexpr const char* path = "/log/a.ndjson";

class PlainFileTest : public testing::Test {
protected:
    PlainFileTest() {
        log::setup("error", false);
        disk_.boot(fuse_, Loss::nothing);
    }

    Fuse fuse_;
    FakeDisk disk_;
    PlainFile file_{disk_, "/log/", 0640, true};
};

TEST_F(PlainFileTest, WhatItAnswersForIsOnDisk) {
    const Appended appended = file_.append(path, "aaa\nbb\n");

    EXPECT_EQ(appended.bytes, 7u);
    EXPECT_FALSE(appended.error);
    EXPECT_EQ(disk_.flushed_content(path), "aaa\nbb\n");
}

TEST_F(PlainFileTest, TornLineOfACrashIsEndedFirst) {
    disk_.put(path, "aaa\nto");

    file_.append(path, "bb\n");

    EXPECT_EQ(disk_.content(path), "aaa\nto\nbb\n");
}

TEST_F(PlainFileTest, FullDiskCountsWholeLinesAndTheTornOneIsFinishedLater) {
    disk_.set_room(6);
    const Appended full = file_.append(path, "aaa\nbbb\nccc\n");
    EXPECT_EQ(full.bytes, 4u);
    ASSERT_TRUE(full.error);
    EXPECT_EQ(full.error->kind(), ErrorKind::transient);
    EXPECT_EQ(file_.append(path, "ddd\n").bytes, 0u);
    disk_.set_room(1);
    EXPECT_EQ(file_.append(path, "ddd\n").bytes, 0u);

    disk_.set_room(UINT64_MAX);
    const Appended appended = file_.append(path, "ddd\n");

    EXPECT_EQ(appended.bytes, 4u);
    EXPECT_EQ(disk_.flushed_content(path), "aaa\nbbb\nddd\n");
}

TEST_F(PlainFileTest, FailedFlushIsMendedByWritingAgain) {
    file_.append(path, "aaa\n");
    disk_.fail_flushes(1);

    const Appended appended = file_.append(path, "bbb\n");

    EXPECT_EQ(appended.bytes, 4u);
    EXPECT_EQ(disk_.flushed_content(path), "aaa\nbbb\n");
}

TEST_F(PlainFileTest, NothingGoesBehindLinesThatMayBeLost) {
    disk_.fail_flushes(3);
    EXPECT_EQ(file_.append(path, "aaa\n").bytes, 0u);
    EXPECT_EQ(file_.append(path, "bbb\n").bytes, 0u);

    EXPECT_EQ(file_.append(path, "ccc\n").bytes, 4u);

    EXPECT_EQ(disk_.flushed_content(path), "aaa\nccc\n");
}

TEST_F(PlainFileTest, FailedWriteIsMendedToTheEndOfItsLine) {
    disk_.fail_write();

    const Appended appended = file_.append(path, "aaa\nbbbb\ncccc\n");

    EXPECT_EQ(appended.bytes, 9u);
    EXPECT_TRUE(appended.error);
    EXPECT_EQ(disk_.flushed_content(path), "aaa\nbbbb\n");
}

TEST_F(PlainFileTest, RenamedOrDeletedFileIsFollowedByANewOne) {
    file_.append(path, "aaa\n");
    disk_.rename(path, "/log/rotated");
    file_.append(path, "bbb\n");
    disk_.remove(path);
    file_.append(path, "ccc\n");

    EXPECT_EQ(disk_.content("/log/rotated"), "aaa\n");
    EXPECT_EQ(disk_.flushed_content(path), "ccc\n");
}

TEST_F(PlainFileTest, GoesOnAtTheEndThatSomeoneElseMade) {
    file_.append(path, "aaa\n");
    disk_.append(path, "theirs");

    file_.append(path, "bbb\n");

    EXPECT_EQ(disk_.content(path), "aaa\ntheirs\nbbb\n");
}

TEST_F(PlainFileTest, AnotherWriterIsAnError) {
    file_.append(path, "aaa\n");

    PlainFile other(disk_, "/log/", 0640, true);
    const Appended appended = other.append(path, "bbb\n");

    EXPECT_EQ(appended.bytes, 0u);
    EXPECT_EQ(appended.error->kind(), ErrorKind::transient);
}

}  // namespace
}  // namespace oktail
