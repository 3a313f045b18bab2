// Every I/O step of a route goes wrong once: it fails, the process dies before or after it, or a stop comes in the middle.

#include "support/route_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

namespace oktail {
namespace {

using Trouble = StepFuse::Trouble;

constexpr int events = 23;
constexpr int page_size = 4;

class EveryStep : public testing::TestWithParam<Trouble> {};

/// Runs a life to its end; restarts until one ends without a crash. Gives the steps of the first life.
int live(MemoryCheckpoints::Disk& disk, Destination& destination, const TempDir& dir, StepFuse fuse, int& lives) {
    int steps = 0;
    for (bool crashed = true; crashed && lives < 5; fuse = StepFuse()) {
        RouteRun run(disk, destination, dir, events, page_size, fuse);
        run.start();
        run.pass(std::chrono::minutes(5));
        EXPECT_TRUE(run.ended) << "the route hangs";
        EXPECT_FALSE(run.fatal);
        crashed = run.crashed || destination.events.size() < static_cast<std::size_t>(events);
        if (++lives == 1) steps = run.fuse.steps();
    }
    return steps;
}

void check(const Destination& destination, Trouble trouble) {
    std::map<std::string, int> seen;
    std::string newest;
    for (const std::string& event : destination.events) {
        if (++seen[event] == 1) {
            EXPECT_LT(newest, event) << "out of order";
        }
        newest = std::max(newest, event);
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(events)) << "lost";
    const auto repeated = static_cast<int>(destination.events.size()) - events;
    EXPECT_LE(repeated, trouble == Trouble::stops ? 0 : page_size) << "more than a page was repeated";
}

TEST_P(EveryStep, LosesNothingAndRepeatsAPageAtMost) {
    MemoryCheckpoints::Disk whole_disk;
    Destination whole;
    const TempDir dir;
    int lives = 0;
    const int steps = live(whole_disk, whole, dir, StepFuse(), lives);
    ASSERT_GE(steps, 18);

    for (int step = 1; step <= steps; ++step) {
        SCOPED_TRACE("step " + std::to_string(step));
        MemoryCheckpoints::Disk disk;
        Destination destination;
        lives = 0;
        live(disk, destination, dir, StepFuse(step, GetParam()), lives);
        check(destination, GetParam());
        // The last step, the wait for events that never come, has no end to crash at.
        if ((GetParam() == Trouble::crashes_before || GetParam() == Trouble::crashes_after) && step != steps) {
            EXPECT_EQ(lives, 2) << "the fuse did not blow";
        }
    }
}

std::string name_of(const testing::TestParamInfo<Trouble>& info) {
    constexpr std::array names{"fails", "crashes_before", "crashes_after", "stops"};
    return names[info.index];
}

INSTANTIATE_TEST_SUITE_P(Troubles, EveryStep,
                         testing::Values(Trouble::fails, Trouble::crashes_before, Trouble::crashes_after, Trouble::stops),
                         name_of);

}  // namespace
}  // namespace oktail
