#include "route/event_filter.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(EventFilter, WithoutPatternsEverythingPasses) {
    EXPECT_TRUE(EventFilter().passes_all());
    EXPECT_TRUE(EventFilter().passes("user.session.start"));
}

TEST(EventFilter, IncludeNamesWhatPasses) {
    const EventFilter filter({"user.session.*", "zone.update"}, {});

    EXPECT_TRUE(filter.passes("user.session.start"));
    EXPECT_TRUE(filter.passes("zone.update"));
    EXPECT_FALSE(filter.passes("zone.update.more"));
    EXPECT_FALSE(filter.passes(""));
}

TEST(EventFilter, ExcludeWinsOverInclude) {
    const EventFilter filter({"user.*"}, {"*.internal"});

    EXPECT_TRUE(filter.passes("user.session.start"));
    EXPECT_FALSE(filter.passes("user.session.internal"));
}

TEST(EventFilter, ExcludeAlonePassesTheRest) {
    const EventFilter filter({}, {"system.*"});

    EXPECT_TRUE(filter.passes(""));
    EXPECT_TRUE(filter.passes("user.session.start"));
    EXPECT_FALSE(filter.passes("system.push.send"));
}

}  // namespace
}  // namespace oktail
