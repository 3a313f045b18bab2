#include "http/fetch_slot.hpp"

#include "core/task_group.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

class FetchSlotTest : public testing::Test {
protected:
    void take(FetchSlot& slot) {
        tasks_.spawn(take_and_count(slot));
        poll();
    }
    asio::awaitable<void> take_and_count(FetchSlot& slot) {
        auto taken = co_await slot.take(stop_.get_token());
        if (taken) ++taken_;
    }
    void poll() {
        io_.restart();
        io_.poll();
    }
    FetchSlot slot(std::chrono::milliseconds patience) { return FetchSlot(gate_, io_.get_executor(), patience); }

    asio::io_context io_{1};
    Gate gate_{1};
    std::stop_source stop_;
    int taken_ = 0;
    TaskGroup tasks_{io_.get_executor()};
};

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::hours for_ever{1};

TEST_F(FetchSlotTest, StalledBodyLetsTheNextOneIn) {
    FetchSlot stalled = slot(at_once);
    FetchSlot next = slot(for_ever);
    take(stalled);
    take(next);
    EXPECT_EQ(taken_, 1);

    stalled.lend();
    io_.restart();
    io_.run();

    EXPECT_EQ(taken_, 2);
}

TEST_F(FetchSlotTest, PatientBodyKeepsItsPlace) {
    FetchSlot slow = slot(for_ever);
    take(slow);

    slow.lend();
    poll();

    EXPECT_EQ(gate_.inside(), 1u);
}

TEST_F(FetchSlotTest, BytesInTimeKeepThePlaceThoughTheTimerHasFired) {
    FetchSlot slow = slot(at_once);
    take(slow);

    slow.lend();
    take(slow);
    poll();

    EXPECT_EQ(taken_, 2);
    EXPECT_EQ(gate_.inside(), 1u);
}

TEST_F(FetchSlotTest, StalledBodyQueuesAgain) {
    FetchSlot stalled = slot(at_once);
    take(stalled);
    stalled.lend();
    io_.restart();
    io_.run();
    EXPECT_EQ(gate_.inside(), 0u);

    take(stalled);

    EXPECT_EQ(gate_.inside(), 1u);
}

}  // namespace
}  // namespace oktail
