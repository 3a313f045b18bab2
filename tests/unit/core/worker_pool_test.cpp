#include "core/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace oktail {
namespace {

using std::chrono::seconds;

TEST(WorkerPool, EndsWithTheJobsThatRun) {
    std::atomic<bool> done = false;
    std::promise<void> begun;
    WorkerPool pool("test", 2);
    pool.post([&] {
        begun.set_value();
        done = true;
    });
    begun.get_future().wait();

    EXPECT_TRUE(pool.end_within(seconds(10)));
    EXPECT_TRUE(done);
}

TEST(WorkerPool, JobThatHangsIsLeftBehind) {
    std::promise<void> mended;
    std::promise<void> begun;
    auto pool = std::make_unique<WorkerPool>("test", 1);
    pool->post([&begun, hang = mended.get_future().share()] {
        begun.set_value();
        hang.wait();
    });
    begun.get_future().wait();

    leave_behind(std::move(pool));

    EXPECT_TRUE(is_anything_left_behind());
    mended.set_value();
    while (is_anything_left_behind()) std::this_thread::yield();
}

TEST(WorkerPool, WithoutThreadsAJobRunsWhereItIsPosted) {
    WorkerPool pool("test", 0);
    std::thread::id where;

    pool.post([&where] { where = std::this_thread::get_id(); });

    EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(WorkerPool, IdleOneIsNotLeftBehind) {
    leave_behind(std::make_unique<WorkerPool>("test", 1));

    EXPECT_FALSE(is_anything_left_behind());
}

}  // namespace
}  // namespace oktail
