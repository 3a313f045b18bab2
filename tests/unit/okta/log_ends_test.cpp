#include "okta/log_ends.hpp"

#include "support/fake_source.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

constexpr SteadyTime now{std::chrono::hours(1)};
constexpr std::size_t most = 3;

Cursor of_a(int n) { return Cursor("/a/" + std::to_string(n)); }
Cursor of_b(int n) { return Cursor("/b/" + std::to_string(n)); }

/// Events of these numbers.
PagePtr page(const std::vector<int>& numbers, Cursor next) {
    std::vector<std::string> events;
    events.reserve(numbers.size());
    for (const int n : numbers) events.push_back(numbered_event(n));
    return page_of(events, std::move(next));
}
PagePtr page(int from, int to, Cursor next) {
    std::vector<int> numbers;
    for (int n = from; n < to; ++n) numbers.push_back(n);
    return page(numbers, std::move(next));
}

TEST(LogEnds, EndMovesWithItsRoute) {
    LogEnds ends;
    ends.moved(of_a(0), *page(0, 3, of_a(3)), now, now, most);
    ends.moved(of_a(3), *page(3, 5, of_a(5)), now, now, most);

    EXPECT_EQ(ends.find(of_a(3)), nullptr);
    ASSERT_NE(ends.find(of_a(5)), nullptr);
    EXPECT_EQ(ends.newest()->at, of_a(5));

    ends.left(of_a(5));
    EXPECT_EQ(ends.newest(), nullptr);
}

TEST(LogEnds, OldestIsForgotten) {
    LogEnds ends;
    for (int n = 0; n < 5; ++n) ends.moved(Cursor(), *page(0, 0, of_a(n)), now, now, most);

    EXPECT_EQ(ends.find(of_a(1)), nullptr);
    EXPECT_NE(ends.find(of_a(2)), nullptr);
}

TEST(LogEnds, SameEventsBeforeAreTheSamePlace) {
    LogEnds ends;
    ends.moved(of_a(0), *page(0, 10, of_a(10)), now, now, most);

    const auto meeting = ends.meeting(of_b(0), *page(0, 10, of_b(10)));

    ASSERT_TRUE(meeting);
    EXPECT_EQ(meeting->events, 10u);
    EXPECT_EQ(meeting->at, of_a(10));
}

TEST(LogEnds, PlaceThatIsNotLeftHasItsEventsBehindIt) {
    LogEnds ends;
    ends.moved(of_a(0), *page(0, 10, of_a(0)), now, now, most);  // no link: asked again at the same place

    EXPECT_FALSE(ends.meeting(of_b(0), *page(0, 10, of_b(10))));
}

TEST(LogEnds, PageThatRunsPastAnothersPlaceIsCutThere) {
    LogEnds ends;
    ends.moved(of_a(0), *page(0, 10, of_a(10)), now, now, most);

    const auto meeting = ends.meeting(of_b(1), *page(1, 30, of_b(30)));

    ASSERT_TRUE(meeting);
    EXPECT_EQ(meeting->events, 9u);
    EXPECT_EQ(meeting->at, of_a(10));
}

TEST(LogEnds, PastReachesOverPages) {
    LogEnds ends;
    for (int n = 0; n < 10; ++n) {
        ends.moved(of_a(n), *page(n, n + 1, of_a(n + 1)), now, now, most);
        ends.moved(of_a(n + 1), *page(0, 0, of_a(n + 1)), now, now, most);
    }
    for (int n = 0; n < 9; ++n) ends.moved(of_b(n), *page(n, n + 1, of_b(n + 1)), now, now, most);

    const auto meeting = ends.meeting(of_b(9), *page(9, 10, of_b(10)));

    ASSERT_TRUE(meeting);
    EXPECT_EQ(meeting->at, of_a(10));
}

TEST(LogEnds, FewEventsInCommonProveNothing) {
    LogEnds ends;
    ends.moved(of_a(0), *page(0, 7, of_a(7)), now, now, most);

    EXPECT_FALSE(ends.meeting(of_b(0), *page(0, 7, of_b(7))));
}

TEST(LogEnds, EventServedTwiceIsNoPlace) {
    LogEnds ends;
    // Event 3 comes again behind 30: route a stands there, and b is still at its first coming.
    ends.moved(of_a(20), *page({22, 23, 24, 25, 26, 27, 28, 29, 30, 3}, of_a(32)), now, now, most);

    EXPECT_FALSE(ends.meeting(of_b(0), *page({0, 1, 2, 3}, of_b(4))));
    EXPECT_FALSE(ends.meeting(of_b(0), *page({14, 15, 16, 17, 18, 19, 20, 21, 22, 3}, of_b(10))));
}

TEST(LogEnds, OneEventOverAndOverIsNoPlace) {
    LogEnds ends;
    const std::vector<int> same(12, 7);
    ends.moved(of_a(0), *page(same, of_a(12)), now, now, most);

    EXPECT_FALSE(ends.meeting(of_b(0), *page(same, of_b(12))));
}

TEST(LogEnds, OwnPlaceIsNoMeeting) {
    LogEnds ends;
    ends.moved(of_a(0), *page(0, 10, of_a(10)), now, now, most);

    EXPECT_FALSE(ends.meeting(of_a(0), *page(0, 10, of_a(10))));
    EXPECT_FALSE(ends.meeting(of_a(10), *page(10, 12, of_a(12))));
}

}  // namespace
}  // namespace oktail
