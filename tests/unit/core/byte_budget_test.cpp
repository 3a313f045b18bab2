#include <oktail/core/byte_budget.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace oktail {
namespace {

class ByteBudgetTest : public testing::Test {
protected:
    void reserve(std::size_t bytes, bool exclusive = false) {
        asio::co_spawn(io_, hold(bytes, exclusive), asio::detached);
        run();
    }
    asio::awaitable<void> hold(std::size_t bytes, bool exclusive) {
        auto waiting =
            exclusive ? budget_.reserve_exclusive(bytes, stop_.get_token()) : budget_.reserve(bytes, stop_.get_token());
        auto got = co_await std::move(waiting);
        if (got) held_.push_back(std::move(*got));
        else ++stopped_;
    }
    void run() {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    ByteBudget budget_{100};
    std::stop_source stop_;
    std::vector<ByteBudget::Reservation> held_;
    int stopped_ = 0;
};

TEST_F(ByteBudgetTest, WaitersAreServedInOrder) {
    reserve(60);
    reserve(60);
    reserve(10);
    EXPECT_EQ(held_.size(), 1u);

    held_.clear();
    run();

    EXPECT_EQ(held_.size(), 2u);
    EXPECT_EQ(budget_.used(), 70u);
}

TEST_F(ByteBudgetTest, RequestAboveTheLimitPassesAlone) {
    reserve(10);
    reserve(500);
    EXPECT_EQ(held_.size(), 1u);

    held_.clear();
    run();

    EXPECT_EQ(held_.size(), 1u);
    EXPECT_EQ(budget_.used(), 500u);
}

TEST_F(ByteBudgetTest, GrowthIsRefusedOnlyBesideOthers) {
    reserve(50);
    reserve(40);
    EXPECT_FALSE(held_[0].try_grow_to(70));
    EXPECT_TRUE(held_[0].try_grow_to(60));

    held_.pop_back();

    EXPECT_TRUE(held_[0].try_grow_to(1'000));
}

TEST_F(ByteBudgetTest, ExclusiveSlotExceedsTheLimitOneAtATime) {
    reserve(90);
    reserve(40, true);
    reserve(40, true);
    EXPECT_EQ(held_.size(), 2u);
    EXPECT_TRUE(held_[1].try_grow_to(400));

    held_.pop_back();
    run();

    EXPECT_EQ(held_.size(), 2u);
}

TEST_F(ByteBudgetTest, StopEndsTheWaitAndLeavesNothingBehind) {
    reserve(100);
    reserve(10);

    stop_.request_stop();
    run();
    EXPECT_EQ(stopped_, 1);
    held_.clear();

    EXPECT_EQ(budget_.used(), 0u);
}

}  // namespace
}  // namespace oktail
