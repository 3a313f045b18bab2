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

TEST_F(ByteBudgetTest, PagesLeaveRoomForSmallAnswersWhichNeverWaitForThem) {
    constexpr std::size_t mib = 1024UL * 1024;
    ByteBudget budget(32 * mib);
    std::vector<ByteBudget::Reservation> pages;
    for (int i = 0; i < 7; ++i) pages.push_back(budget.try_reserve(4 * mib));
    EXPECT_EQ(pages.back().bytes(), 4 * mib);
    EXPECT_EQ(budget.try_reserve(4 * mib).bytes(), 0u) << "an eighth is not for pages";

    int granted = 0;
    const auto wait = [&](std::size_t bytes) -> asio::awaitable<Result<ByteBudget::Reservation>> {
        return budget.reserve(bytes, stop_.get_token());
    };
    const auto note = [&](std::exception_ptr, Result<ByteBudget::Reservation> got) {
        if (!got) return;
        ++granted;
        held_.push_back(std::move(*got));
    };
    asio::co_spawn(io_, wait(4 * mib), note);
    asio::co_spawn(io_, wait(mib / 64), note);
    asio::co_spawn(io_, wait(mib / 4), note);
    run();

    EXPECT_EQ(granted, 2) << "the small ones pass the page that waits";
    EXPECT_FALSE(held_[1].try_grow_to(mib)) << "and stay small";
    pages.clear();
    run();
    EXPECT_EQ(granted, 3);
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
