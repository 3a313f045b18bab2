#include "route/link_circle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace oktail {
namespace {

Cursor place(int n) { return Cursor("/api/v1/logs?after=" + std::to_string(n)); }

TEST(LinkCircle, NewPlacesAreNone) {
    LinkCircle circle;
    for (int n = 0; n < 1'000; ++n) {
        EXPECT_FALSE(circle.closes(place(n), place(n + 1)));
        circle.passed(place(n), place(n + 1));
    }
}

TEST(LinkCircle, ThirdReturnClosesIt) {
    LinkCircle circle;
    circle.passed(place(0), place(1));
    for (int returns = 1; returns < LinkCircle::most_returns; ++returns) {
        const Cursor from = place(returns % 2);
        const Cursor to = place(1 - returns % 2);
        EXPECT_FALSE(circle.closes(from, to)) << returns;
        circle.passed(from, to);
    }
    EXPECT_TRUE(circle.closes(place(1), place(0)));
    EXPECT_TRUE(circle.closes(place(1), place(0))) << "as long as it leads back";
    EXPECT_FALSE(circle.closes(place(1), place(2))) << "a way out";
}

TEST(LinkCircle, WayOutIsForgiven) {
    LinkCircle circle;
    circle.passed(place(0), place(1));
    circle.passed(place(1), place(0));
    circle.passed(place(0), place(1));
    circle.passed(place(1), place(2));

    EXPECT_FALSE(circle.closes(place(2), place(0)));
}

TEST(LinkCircle, LinkThatStaysIsNone) {
    LinkCircle circle;
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(circle.closes(place(1), place(1)));
        circle.passed(place(1), place(1));
    }
}

TEST(LinkCircle, PageThatWasNotDeliveredLeadsBackNowhere) {
    LinkCircle circle;
    circle.passed(place(0), place(1));
    // The sink was in trouble: fetched over and over, delivered once.
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(circle.closes(place(1), place(2)));
    circle.passed(place(1), place(2));
    EXPECT_FALSE(circle.closes(place(2), place(3)));
}

}  // namespace
}  // namespace oktail
