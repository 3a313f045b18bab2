#include "http/pacer.hpp"

#include "core/task_group.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

using std::chrono::milliseconds;

class PacerTest : public testing::Test {
protected:
    void start(int count) {
        for (int i = 0; i < count; ++i) tasks_.spawn(take());
        poll();
    }
    asio::awaitable<void> take() {
        co_await pacer_.take_turn(stop_.get_token());
        ++passed_;
    }
    void poll() {
        io_.restart();
        io_.poll();
    }
    void advance(milliseconds span) {
        clock_.advance(span);
        poll();
    }

    asio::io_context io_{1};
    ManualClock clock_;
    Pacer pacer_{clock_, 200};
    std::stop_source stop_;
    int passed_ = 0;
    TaskGroup tasks_{io_.get_executor()};
};

TEST_F(PacerTest, StormPassesAtItsRate) {
    start(500);
    EXPECT_LE(passed_, 11);

    advance(milliseconds(1'000));
    EXPECT_NEAR(passed_, 211, 1);

    advance(milliseconds(1'500));
    EXPECT_EQ(passed_, 500);
}

TEST_F(PacerTest, AFewAfterARestPassAtOnce) {
    start(5);
    EXPECT_EQ(passed_, 5);

    advance(milliseconds(1'000));
    start(5);

    EXPECT_EQ(passed_, 10);
}

TEST_F(PacerTest, StopEndsTheWait) {
    start(100);

    stop_.request_stop();
    poll();

    EXPECT_EQ(passed_, 100);
}

}  // namespace
}  // namespace oktail
