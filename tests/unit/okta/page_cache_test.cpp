#include "okta/page_cache.hpp"

#include "support/fake_source.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

const Cursor first("/1");
const Cursor second("/2");
const Cursor third("/3");

PagePtr page() { return page_of({numbered_event(1)}, Cursor("/next")); }

TEST(PageCache, GivesThePageOfThatCursor) {
    PageCache cache(1'000'000);
    const auto one = page();
    const auto two = page();
    cache.put(first, one, 1);
    cache.put(second, two, 1);

    EXPECT_EQ(cache.take(third), nullptr);
    EXPECT_EQ(cache.take(second), two);
    EXPECT_EQ(cache.take(first), one);
}

TEST(PageCache, KnowsWhatItHolds) {
    PageCache cache(1'000'000);
    cache.put(first, page(), 1);

    EXPECT_TRUE(cache.holds(first));
    EXPECT_FALSE(cache.holds(second));
}

TEST(PageCache, GivesItAsOftenAsSomebodyIsToCome) {
    PageCache cache(1'000'000);
    cache.put(first, page(), 2);

    EXPECT_TRUE(cache.take(first));
    EXPECT_TRUE(cache.take(first));
    EXPECT_FALSE(cache.take(first));
}

TEST(PageCache, KeepsNothingForNobody) {
    PageCache cache(1'000'000);

    cache.put(first, page(), 0);

    EXPECT_FALSE(cache.take(first));
}

TEST(PageCache, OldestGoesWhenTheRoomIsSpent) {
    PageCache cache(2 * page()->bytes());

    for (const Cursor& from : {first, second, third}) cache.put(from, page(), 1);

    EXPECT_FALSE(cache.take(first));
    EXPECT_TRUE(cache.take(second));
    EXPECT_TRUE(cache.take(third));
}

TEST(PageCache, NewestStaysHoweverLarge) {
    PageCache cache(1);

    cache.put(first, page(), 1);

    EXPECT_TRUE(cache.take(first));
}

TEST(PageCache, TakenPageLeavesRoom) {
    PageCache cache(2 * page()->bytes());
    cache.put(first, page(), 1);
    cache.put(second, page(), 1);

    cache.take(first);
    cache.put(third, page(), 1);

    EXPECT_TRUE(cache.take(second));
}

TEST(PageCache, ClearLeavesRoom) {
    PageCache cache(2 * page()->bytes());
    cache.put(first, page(), 1);
    cache.put(second, page(), 1);

    cache.clear();

    EXPECT_FALSE(cache.take(first));
    cache.put(second, page(), 1);
    cache.put(third, page(), 1);
    EXPECT_TRUE(cache.take(second));
}

}  // namespace
}  // namespace oktail
