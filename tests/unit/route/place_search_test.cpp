#include "route/place_search.hpp"
#include "support/fake_source.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

Uuid id_of(int n) { return page_of({numbered_event(n)}, Cursor())->slice(0).id; }

std::vector<Uuid> ids(int from, int to) {
    std::vector<Uuid> all;
    for (int n = from; n < to; ++n) all.push_back(id_of(n));
    return all;
}

PagePtr page(const std::vector<int>& numbers) {
    std::vector<std::string> events;
    for (const int n : numbers) events.push_back(numbered_event(n));
    return page_of(events, Cursor("/next"));
}

TEST(PlaceSearch, FindsTheFirstOfWhatIsKnown) {
    PlaceSearch search(ids(10, 30));

    EXPECT_EQ(search.look_at(*page({5, 6, 7})), std::nullopt);
    EXPECT_EQ(search.look_at(*page({8, 9, 10, 11, 12, 13, 14})), 2u);
}

TEST(PlaceSearch, RowMayBeginOnThePageBefore) {
    PlaceSearch search(ids(10, 30));

    EXPECT_EQ(search.look_at(*page({8, 9, 10, 11})), std::nullopt);
    EXPECT_EQ(search.look_at(*page({12, 13, 14})), 0u);
}

TEST(PlaceSearch, NothingBeforeItIsProofEnough) {
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({28, 29})), 0u) << "a quiet org";
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({29, 30, 31})), 0u);
}

TEST(PlaceSearch, EventThatIsNotDoneWithAmongTheKnownComesAfterThePlace) {
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({9, 10, 11, 12, 13, 99, 14, 15})), 1u);
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({10, 99, 11, 12, 13, 14, 15})), 0u);
}

TEST(PlaceSearch, KnownEventServedElsewhereIsNotThePlace) {
    PlaceSearch search(ids(10, 30));

    EXPECT_EQ(search.look_at(*page({3, 17, 4, 5})), std::nullopt);
    EXPECT_EQ(search.look_at(*page({6, 18, 19, 7, 8, 9, 10, 11, 12, 13})), 6u);
}

TEST(PlaceSearch, EventServedTwiceCountsOnce) {
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({9, 10, 11, 10, 11, 12})), std::nullopt);
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({9, 10, 11, 10, 11, 12, 13})), 1u);
}

TEST(PlaceSearch, EventsThatOktaServesNoLongerDoNotHideThePlace) {
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({9, 12, 15, 18, 29, 30})), 1u);
}

TEST(PlaceSearch, ShortTailIsFoundByAllThatItHas) {
    EXPECT_EQ(PlaceSearch(ids(4, 6)).look_at(*page({2, 3, 4, 5, 6})), 2u);
    EXPECT_EQ(PlaceSearch(ids(5, 6)).look_at(*page({4, 5})), 1u);
}

TEST(PlaceSearch, StrangersAloneAreNoPlace) {
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({30, 31, 32, 33, 34})), std::nullopt);
    EXPECT_EQ(PlaceSearch(ids(10, 30)).look_at(*page({})), std::nullopt);
    EXPECT_EQ(PlaceSearch({}).look_at(*page({1, 2, 3, 4, 5})), std::nullopt);
}

TEST(PlaceSearch, PageOfLaterEventsIsBehindThePlace) {
    const auto second = [](int n) { return UtcTime(std::chrono::seconds(n)); };
    const auto is_later = [&](const std::vector<int>& times) {
        std::vector<UtcTime> published;
        for (const int n : times) published.push_back(second(n));
        return is_of_later(*page_of(std::vector<std::string>(times.size(), numbered_event(0)), Cursor(), {}, published),
                           second(5));
    };
    EXPECT_FALSE(is_later({3, 4, 5}));
    EXPECT_FALSE(is_later({4, 5, 9})) << "one may bear any time";
    EXPECT_FALSE(is_later({5, 6}));
    EXPECT_TRUE(is_later({3, 6, 7}));
    EXPECT_FALSE(is_later({}));
}

}  // namespace
}  // namespace oktail
