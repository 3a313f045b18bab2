#include "core/task_group.hpp"
#include "core/event_flag.hpp"
#include "core/steady_clock.hpp"
#include "core/worker_pool.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <latch>

namespace oktail {
namespace {

class TaskGroupTest : public testing::Test {
protected:
    void poll() {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    std::stop_source stop_;
    EventFlag flag_;
    int done_ = 0;
    TaskGroup group_{io_.get_executor()};

    asio::awaitable<void> wait_for_flag() {
        co_await flag_.wait(stop_.get_token());
        ++done_;
    }
    asio::awaitable<void> run_on(WorkerPool& pool, std::latch& release) {
        const auto job = [&release] {
            release.wait();
            return 7;
        };
        const int got = co_await pool.run(job);
        done_ = got;
    }
};

TEST_F(TaskGroupTest, NotifyWakesEveryWaiter) {
    group_.spawn(wait_for_flag());
    group_.spawn(wait_for_flag());
    poll();
    EXPECT_EQ(done_, 0);

    flag_.notify();
    poll();

    EXPECT_EQ(done_, 2);
    EXPECT_TRUE(group_.empty());
}

TEST_F(TaskGroupTest, StopEndsAWaitWithoutUnwinding) {
    group_.spawn(wait_for_flag());
    poll();

    stop_.request_stop();
    poll();

    EXPECT_EQ(done_, 1);
}

TEST_F(TaskGroupTest, CancelUnwinds) {
    group_.spawn(wait_for_flag());
    poll();

    group_.cancel();
    poll();

    EXPECT_EQ(done_, 0);
    EXPECT_TRUE(group_.empty());
}

TEST_F(TaskGroupTest, WorkComesBackToItsCaller) {
    WorkerPool pool("test", 1);
    std::latch release(1);
    group_.spawn(run_on(pool, release));
    release.count_down();

    io_.run();

    EXPECT_EQ(done_, 7);
}

TEST_F(TaskGroupTest, CancelAbandonsAHungJob) {
    std::latch release(1);
    WorkerPool pool("test", 1);
    group_.spawn(run_on(pool, release));
    poll();

    group_.cancel();
    poll();

    EXPECT_TRUE(group_.empty());
    EXPECT_EQ(done_, 0);
    release.count_down();
}

TEST_F(TaskGroupTest, SleepEndsOnStop) {
    SteadyClock clock;
    const auto sleep = [](Clock& c, std::stop_token stop, int& done) -> asio::awaitable<void> {
        co_await c.sleep_for(std::chrono::hours(1), std::move(stop));
        ++done;
    };
    group_.spawn(sleep(clock, stop_.get_token(), done_));
    poll();

    stop_.request_stop();
    poll();

    EXPECT_EQ(done_, 1);
}

}  // namespace
}  // namespace oktail
