#include "sink/syslog/replay_window.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using Frames = std::deque<std::string>;

SteadyTime second(int n) { return SteadyTime(std::chrono::seconds(n)); }

ReplayWindow::Chunk chunk(const std::string& frames, SteadyTime sent) { return {frames, sent, 1}; }

Frames taken(ReplayWindow& window) {
    Frames out;
    for (const auto& chunk : window.take()) out.push_back(chunk.frames);
    return out;
}

TEST(ReplayWindow, WhatManyConnectionsHaveTakenIsNotKept) {
    ReplayWindow window(100);

    window.add({"one", second(1), ReplayWindow::most_taken});
    window.add({"two", second(2), ReplayWindow::most_taken - 1});

    EXPECT_EQ(taken(window), Frames{"two"});
}

TEST(ReplayWindow, GivesBackInTheOrderOfSending) {
    ReplayWindow window(100);

    window.add(chunk("one", second(1)));
    window.add(chunk("two", second(2)));
    window.add(chunk("three", second(3)));

    EXPECT_EQ(window.size(), 11u);
    EXPECT_EQ(taken(window), (Frames{"one", "two", "three"}));
}

TEST(ReplayWindow, IsEmptyWhenTaken) {
    ReplayWindow window(100);
    EXPECT_TRUE(window.empty());
    window.add(chunk("one", second(1)));
    EXPECT_FALSE(window.empty());

    window.take();

    EXPECT_TRUE(window.empty());
    EXPECT_EQ(window.size(), 0u);
    EXPECT_EQ(taken(window), Frames());
}

TEST(ReplayWindow, DropsWhatIsNotNeededToKeepSoMuch) {
    ReplayWindow window(4);

    window.add(chunk("1", second(1)));
    window.add(chunk("22", second(2)));
    window.add(chunk("33", second(3)));

    EXPECT_EQ(window.size(), 4u);
    EXPECT_EQ(taken(window), (Frames{"22", "33"}));
}

TEST(ReplayWindow, KeepsAFrameOfWhichOnlyAPartIsNeeded) {
    ReplayWindow window(4);

    window.add(chunk("1", second(1)));
    window.add(chunk("22", second(2)));
    window.add(chunk("3", second(3)));

    EXPECT_EQ(taken(window), (Frames{"1", "22", "3"}));
}

TEST(ReplayWindow, KeepsTheLastOneHoweverLargeItIs) {
    ReplayWindow window(1);

    window.add(chunk("one", second(1)));
    window.add(chunk("a large one", second(2)));

    EXPECT_EQ(window.size(), 11u);
    EXPECT_EQ(taken(window), (Frames{"a large one"}));
}

TEST(ReplayWindow, OfNoBytesKeepsNothing) {
    ReplayWindow window(0);

    window.add(chunk("one", second(1)));

    EXPECT_TRUE(window.empty());
    EXPECT_EQ(window.size(), 0u);
}

TEST(ReplayWindow, ForgetsWhatIsOlder) {
    ReplayWindow window(100);
    window.add(chunk("one", second(1)));
    window.add(chunk("two", second(2)));
    window.add(chunk("three", second(3)));

    window.forget_before(second(2));

    EXPECT_EQ(window.size(), 8u);
    EXPECT_EQ(taken(window), (Frames{"two", "three"}));
}

TEST(ReplayWindow, ForgetsEverything) {
    ReplayWindow window(100);
    window.add(chunk("one", second(1)));

    window.forget_before(second(9));
    window.forget_before(second(9));

    EXPECT_TRUE(window.empty());
    EXPECT_EQ(window.size(), 0u);
}

TEST(ReplayWindow, CanBeFilledAgain) {
    ReplayWindow window(3);
    window.add(chunk("one", second(1)));
    window.take();

    window.add(chunk("two", second(2)));
    window.add(chunk("six", second(3)));

    EXPECT_EQ(taken(window), (Frames{"six"}));
}

}  // namespace
}  // namespace oktail
