#include "okta/pace.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime start{std::chrono::hours(1)};

TEST(Pace, IdleLogIsAskedEverLessOftenUpToTheMost) {
    Pace pace(seconds(4), seconds(7));

    EXPECT_EQ(pace.end_answered(true, start), start + seconds(5));
    EXPECT_EQ(pace.end_answered(true, start), start + milliseconds(6'250));
    EXPECT_EQ(pace.end_answered(true, start), start + seconds(7));
    EXPECT_EQ(pace.end_answered(true, start), start + seconds(7));
}

TEST(Pace, EventsBringBackTheLeastInterval) {
    Pace pace(seconds(1), seconds(30));
    for (int i = 0; i < 20; ++i) pace.end_answered(true, start);

    EXPECT_EQ(pace.end_answered(false, start), start + seconds(1));
}

TEST(Pace, LongestHoldCounts) {
    Pace pace(seconds(1), seconds(30));

    pace.hold(start + seconds(40));
    pace.hold(start + seconds(2));

    EXPECT_EQ(pace.allowed(), start + seconds(40));
}

TEST(Pace, IntervalCountsFromTheLastRequest) {
    Pace pace(seconds(1), seconds(30));
    pace.leave_between(seconds(2));

    pace.asked(start);

    EXPECT_EQ(pace.allowed(), start + seconds(2));
}

}  // namespace
}  // namespace oktail
