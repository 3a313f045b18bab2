#include "http/fetch_slot.hpp"

#include "core/task_group.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

class FetchSlotTest : public testing::Test {
protected:
    void take(FetchSlot& slot, std::size_t received = 100) {
        tasks_.spawn(take_and_count(slot, received));
        poll();
    }
    asio::awaitable<void> take_and_count(FetchSlot& slot, std::size_t received) {
        auto taken = co_await slot.take(received, stop_.get_token());
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
    take(slow, 100'000);
    poll();

    EXPECT_EQ(taken_, 2);
    EXPECT_EQ(gate_.inside(), 1u);
}

TEST_F(FetchSlotTest, BodyThatDripsDoesNotKeepIt) {
    FetchSlot drips = slot(at_once);
    take(drips, 100);
    drips.lend();
    io_.restart();
    io_.run();

    take(drips, 116);
    EXPECT_EQ(gate_.inside(), 1u) << "while its bytes are worked on";
    drips.lend();
    EXPECT_EQ(gate_.inside(), 0u) << "and no longer";

    take(drips, 100'000);
    drips.lend();
    EXPECT_EQ(gate_.inside(), 1u) << "now it hurries";
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
