#include "http/transfer_rate.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using std::chrono::seconds;

constexpr SteadyTime start{seconds(100)};

TEST(TransferRate, HasPatienceAtFirst) {
    TransferRate rate(1'024, seconds(10));

    for (int second = 0; second <= 10; ++second) EXPECT_FALSE(rate.is_too_slow(1, start + seconds(second)));
    EXPECT_TRUE(rate.is_too_slow(1, start + seconds(11)));
}

TEST(TransferRate, CountsFromTheFirstByte) {
    TransferRate rate(1'024, seconds(10));
    EXPECT_FALSE(rate.is_too_slow(1, start));

    EXPECT_FALSE(rate.is_too_slow(20 * 1'024 + 1, start + seconds(20)));
    EXPECT_TRUE(rate.is_too_slow(20 * 1'024 - 1, start + seconds(20)));
}

TEST(TransferRate, WhatWeWaitedForOurselvesDoesNotCount) {
    TransferRate rate(1'024, seconds(10));
    EXPECT_FALSE(rate.is_too_slow(4'096, start));

    rate.forgive(start, start + seconds(60));

    EXPECT_FALSE(rate.is_too_slow(4'100, start + seconds(65)));
    EXPECT_TRUE(rate.is_too_slow(4'100, start + seconds(71)));
}

}  // namespace
}  // namespace oktail
