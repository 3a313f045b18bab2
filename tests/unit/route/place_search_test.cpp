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

TEST(PlaceSearch, FindsThePlaceBehindTheLastEvent) {
    PlaceSearch search(ids(0, 20));

    EXPECT_EQ(search.look_at(*page({14, 15, 16})), std::nullopt);
    EXPECT_EQ(search.look_at(*page({17, 18, 19, 20, 21})), 3u);
}

TEST(PlaceSearch, PlaceMayLieBetweenTwoPages) {
    PlaceSearch search(ids(0, 20));

    EXPECT_EQ(search.look_at(*page({15, 16, 17, 18})), std::nullopt);
    EXPECT_EQ(search.look_at(*page({19, 20})), 1u);
}

TEST(PlaceSearch, LastEventServedAgainFurtherOnIsNotThePlace) {
    PlaceSearch search(ids(0, 20));

    EXPECT_EQ(search.look_at(*page({17, 18, 20, 19})), std::nullopt) << "20 is not done with";
    EXPECT_EQ(search.look_at(*page({19, 21})), std::nullopt);
}

TEST(PlaceSearch, OfSeveralPlacesItIsTheFirst) {
    EXPECT_EQ(PlaceSearch(ids(0, 1)).look_at(*page({0, 1, 2, 0, 3})), 1u) << "1 and 2 are not done with";
}

TEST(PlaceSearch, EventServedTwiceBeforeThePlaceDoesNotHideIt) {
    PlaceSearch search(ids(0, 20));

    EXPECT_EQ(search.look_at(*page({10, 11, 12, 13, 14, 15, 16, 13, 17, 18, 19, 20})), 11u);
}

TEST(PlaceSearch, EventsThatOktaServesNoLongerDoNotHideThePlace) {
    EXPECT_EQ(PlaceSearch(ids(0, 20)).look_at(*page({10, 11, 12, 14, 16, 19, 20})), 6u);
    EXPECT_EQ(PlaceSearch(ids(0, 20)).look_at(*page({16, 19, 20})), 2u);
}

TEST(PlaceSearch, EventsThatOktaServesElsewhereNowDoNotHideThePlace) {
    EXPECT_EQ(PlaceSearch(ids(0, 20)).look_at(*page({14, 18, 15, 3, 16, 17, 19, 20})), 7u);
}

TEST(PlaceSearch, LastEventAmongStrangersIsNotThePlace) {
    EXPECT_EQ(PlaceSearch(ids(0, 20)).look_at(*page({30, 31, 19, 32})), std::nullopt) << "30 and 31 are not done with";
    EXPECT_EQ(PlaceSearch(ids(0, 20)).look_at(*page({17, 18, 30, 19})), std::nullopt);
    EXPECT_EQ(PlaceSearch(ids(0, 20)).look_at(*page({18, 30, 19})), std::nullopt);
}

TEST(PlaceSearch, ShortTailAgreesAsFarAsItGoes) {
    EXPECT_EQ(PlaceSearch(ids(4, 6)).look_at(*page({3, 4, 5, 6})), 3u);
    EXPECT_EQ(PlaceSearch(ids(5, 6)).look_at(*page({5})), 1u);
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

TEST(PlaceSearch, NothingIsFoundOnAnEmptyPage) { EXPECT_EQ(PlaceSearch(ids(0, 3)).look_at(*page({})), std::nullopt); }

}  // namespace
}  // namespace oktail
