#include "route/checkpoint_steps.hpp"

#include "support/fake_source.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::vector<std::string> numbered(int from, int to) {
    std::vector<std::string> events;
    for (int n = from; n < to; ++n) events.push_back(numbered_event(n));
    return events;
}

Uuid id_of(int n) { return event_id(numbered_event(n).substr(9, 36), ""); }

TEST(Selection, WholePageIsTheBatchWhenNothingIsKnown) {
    const PagePtr page = page_of(numbered(0, 3), Cursor("/3"));

    const Selection chosen = select(page, Checkpoint(), EventFilter(), 1'000);

    EXPECT_EQ(chosen.batch.size(), 3u);
    EXPECT_EQ(chosen.known, 0u);
}

TEST(Selection, DropsWhatTailAndPartialKnow) {
    const PagePtr page = page_of(numbered(0, 4), Cursor("/4"));
    Checkpoint at;
    at.tail = {id_of(0)};
    at.partial = {id_of(2)};

    const Selection chosen = select(page, at, EventFilter(), 1'000);

    ASSERT_EQ(chosen.batch.size(), 2u);
    EXPECT_EQ(chosen.batch.event(0), numbered_event(1));
    EXPECT_EQ(chosen.batch.event(1), numbered_event(3));
    EXPECT_EQ(chosen.known, 2u);
}

TEST(Selection, DropsTheSecondOfTwoOnOnePage) {
    const PagePtr page = page_of({numbered_event(1), numbered_event(1)}, Cursor("/2"));

    const Selection chosen = select(page, Checkpoint(), EventFilter(), 1'000);

    EXPECT_EQ(chosen.batch.size(), 1u);
    EXPECT_EQ(chosen.known, 1u);
}

TEST(Selection, EventThatArrivesLateIsOneLikeAnyOther) {
    const PagePtr page = page_of({numbered_event(1)}, Cursor("/2"));
    Checkpoint at;
    at.newest_published = page->slice(0).published + minutes(40);

    const Selection chosen = select(page, at, EventFilter(), 1'000);

    EXPECT_EQ(chosen.batch.size(), 1u);
    EXPECT_EQ(after_page(at, *page, chosen.known).newest_published, at.newest_published);
}

TEST(Selection, SetsTooLargeEventsAside) {
    std::string large = numbered_event(1);
    large.insert(large.size() - 1, R"(,"x":")" + std::string(500, 'x') + '"');
    const PagePtr page = page_of({numbered_event(0), large}, Cursor("/2"));

    const Selection chosen = select(page, Checkpoint(), EventFilter(), 400);

    EXPECT_EQ(chosen.batch.size(), 1u);
    EXPECT_EQ(chosen.oversized, std::vector<std::uint32_t>{1});
}

TEST(Selection, SetsMalformedEventsAsideSinceTheyAreNoLine) {
    EventSlice bad;
    bad.size = 9;
    bad.well_formed = false;
    const auto page =
        std::make_shared<const Page>(Buffer::copy_of("{\"a\":\"\n\"}"), std::vector{bad}, Cursor("/1"), UtcTime());

    const Selection chosen = select(page, Checkpoint(), EventFilter(), 400);

    EXPECT_TRUE(chosen.batch.empty());
    EXPECT_EQ(chosen.malformed, std::vector<std::uint32_t>{0});
}

TEST(Selection, FilterLooksAtTheEventType) {
    const PagePtr page = page_of(numbered(0, 3), Cursor("/3"));

    const Selection chosen = select(page, Checkpoint(), EventFilter({"n1"}, {}), 1'000);

    ASSERT_EQ(chosen.batch.size(), 1u);
    EXPECT_EQ(chosen.batch.event(0), numbered_event(1));
}

TEST(AfterPage, MovesOnAndRemembersTheLastThousand) {
    Checkpoint at;
    at.seq = 7;
    at.partial = {id_of(1'001)};
    for (int n = 0; n < 1'000; ++n) at.tail.push_back(id_of(n));
    const PagePtr page = page_of(numbered(1'000, 1'003), Cursor("/1003"));

    const Checkpoint after = after_page(at, *page, 1);

    EXPECT_EQ(after.seq, 8u);
    EXPECT_EQ(after.next, Cursor("/1003"));
    EXPECT_TRUE(after.partial.empty());
    ASSERT_EQ(after.tail.size(), 1'000u);
    EXPECT_EQ(after.tail.front(), id_of(3));
    EXPECT_EQ(after.tail.back(), id_of(1'002));
}

TEST(AfterPage, LongPageFillsTheTailAlone) {
    const PagePtr page = page_of(numbered(0, 1'200), Cursor("/1200"));

    const Checkpoint after = after_page(Checkpoint(), *page, 0);

    ASSERT_EQ(after.tail.size(), 1'000u);
    EXPECT_EQ(after.tail.front(), id_of(200));
}

TEST(AfterPage, EventDatedInTheFutureDoesNotMoveTheBeginning) {
    const UtcTime now{seconds(1'000)};
    EventSlice slice;
    slice.published = now + minutes(60 * 24 * 365);
    slice.size = 2;
    const auto page = std::make_shared<const Page>(Buffer::copy_of("{}"), std::vector{slice}, Cursor("/1"), now);

    Checkpoint days_behind;
    days_behind.newest_published = now - std::chrono::days(2);
    EXPECT_EQ(after_page(days_behind, *page, 0).newest_published, days_behind.newest_published);
}

TEST(AfterPage, EmptyPageSaysWhenNothingWasNewer) {
    const UtcTime now{seconds(1'000)};
    const PagePtr page = page_of({}, Cursor("/5"), now);

    EXPECT_EQ(after_page(Checkpoint(), *page, 0).caught_up_at, now);
}

TEST(WithinPage, KeepsThePlaceAndAddsWhatIsSafe) {
    Checkpoint at;
    at.next = Cursor("/0");
    const PagePtr page = page_of(numbered(0, 5), Cursor("/5"));

    const Checkpoint within = within_page(at, *page, {0, 1});

    EXPECT_EQ(within.next, Cursor("/0"));
    EXPECT_EQ(within.partial, (std::vector{id_of(0), id_of(1)}));
}

TEST(BegunAgain, WhatWasSafeOfThePageStaysKnown) {
    Checkpoint at;
    at.seq = 3;
    at.tail = {id_of(1)};
    at.partial = {id_of(5)};

    const Checkpoint again = begun_again(at, Cursor("/again"));

    EXPECT_EQ(again.seq, 4u);
    EXPECT_EQ(again.next, Cursor("/again"));
    EXPECT_EQ(again.partial, at.partial);
    EXPECT_EQ(again.tail, at.tail);
}

TEST(AfterPage, WhatIsSafeOfALongerPageStaysKnownUntilItCame) {
    Checkpoint at;
    at.partial = {id_of(0), id_of(3)};

    const Checkpoint after = after_page(at, *page_of(numbered(0, 2), Cursor("/2")), 1);

    EXPECT_EQ(after.partial, std::vector{id_of(3)});
    EXPECT_EQ(after_page(after, *page_of({}, after.next), 0).partial, after.partial) << "not yet";
    EXPECT_TRUE(after_page(after, *page_of({}, Cursor("/9")), 0).partial.empty()) << "nothing follows";
}

TEST(AfterPage, EventServedAgainKeepsItsPlaceInTheTail) {
    Checkpoint at;
    at.tail = {id_of(0), id_of(1), id_of(2)};
    at.partial = {id_of(3)};
    const PagePtr page = page_of({numbered_event(3), numbered_event(1), numbered_event(4)}, Cursor("/5"));

    const Checkpoint after = after_page(at, *page, 2);

    EXPECT_EQ(after.tail, (std::vector{id_of(0), id_of(1), id_of(2), id_of(3), id_of(4)}));
}

TEST(FoundAgain, OlderEventsOfThePageAreKnownAndDoNotBecomeTheNewest) {
    Checkpoint at;
    at.tail = {id_of(3), id_of(4), id_of(5)};
    const PagePtr page = page_of(numbered(0, 8), Cursor("/8"));

    at = found_again(at, *page, 3);
    const Selection chosen = select(page, at, EventFilter(), 1'000);
    const Checkpoint after = after_page(at, *page, chosen.known);

    EXPECT_EQ(chosen.batch.size(), 2u);
    EXPECT_EQ(after.tail, (std::vector{id_of(3), id_of(4), id_of(5), id_of(6), id_of(7)}));
    EXPECT_TRUE(after.partial.empty());
}

TEST(FoundAgain, SecondSearchAddsNothingToWhatIsKnown) {
    Checkpoint at;
    at.tail = {id_of(3), id_of(4)};
    const PagePtr page = page_of(numbered(0, 5), Cursor("/5"));

    at = found_again(found_again(at, *page, 3), *page_of(numbered(1, 5), Cursor("/5")), 2);

    EXPECT_EQ(at.partial, (std::vector{id_of(0), id_of(1), id_of(2)}));
}

TEST(FoundAgain, TheyMakeTheTailForgetNothing) {
    Checkpoint at;
    for (int n = 1'000; n < 2'000; ++n) at.tail.push_back(id_of(n));
    const PagePtr page = page_of(numbered(500, 1'500), Cursor("/1500"));

    at = found_again(at, *page, 500);
    const Selection chosen = select(page, at, EventFilter(), 1'000);
    const Checkpoint after = after_page(at, *page, chosen.known);

    EXPECT_EQ(chosen.batch.size(), 0u);
    EXPECT_EQ(after.tail, at.tail);
}

TEST(FoundAgain, PageThatComesAgainForWantOfALinkIsDoneWith) {
    Checkpoint at;
    at.next = Cursor("/0");
    for (int n = 1'000; n < 2'000; ++n) at.tail.push_back(id_of(n));
    std::vector<std::string> events = numbered(500, 1'500);
    at = found_again(at, *page_of(events, Cursor("/0")), 500);
    events.insert(events.begin() + 700, numbered_event(1));  // it arrives late, and pushes an event of the page out of the tail
    const PagePtr page = page_of(events, Cursor("/0"));
    const Selection first = select(page, at, EventFilter(), 1'000);

    const Checkpoint after = after_page(at, *page, first.known);
    const Selection second = select(page, after, EventFilter(), 1'000);

    EXPECT_EQ(first.batch.size(), 1u);
    EXPECT_EQ(second.batch.size(), 0u);
    EXPECT_TRUE(after_page(after, *page_of(events, Cursor("/1")), second.known).partial.empty()) << "it leads on";
}

TEST(AfterPage, WhatWasSafeOfThePageIsRememberedWithTheRest) {
    Checkpoint at;
    at.tail = {id_of(0), id_of(1)};
    at.partial = {id_of(2), id_of(3)};

    const Checkpoint after = after_page(at, *page_of(numbered(2, 6), Cursor("/6")), 2);

    EXPECT_EQ(after.tail, (std::vector{id_of(0), id_of(1), id_of(2), id_of(3), id_of(4), id_of(5)}));
}

TEST(MustBeFound, OnlyWhereTheQueryReachesTheLastEvent) {
    Checkpoint at;
    at.newest_published = UtcTime(minutes(100));

    EXPECT_FALSE(must_be_found(at, UtcTime(minutes(50)))) << "nothing was delivered";
    at.tail = {id_of(1)};
    EXPECT_TRUE(must_be_found(at, UtcTime(minutes(100))));
    EXPECT_FALSE(must_be_found(at, UtcTime(minutes(101)))) << "the org was idle since";
}

TEST(BeginAgain, SameQueryGoesOn) {
    Checkpoint at;
    at.query = Query("https://acme.okta.com", "");

    EXPECT_FALSE(begin_again(at, at.query));
}

TEST(BeginAgain, ChangedFilterGoesOnWhereTheLogWasRead) {
    Checkpoint at;
    at.query = Query("https://acme.okta.com", "");
    at.newest_published = UtcTime(minutes(10));
    at.caught_up_at = UtcTime(minutes(12));

    const auto again = begin_again(at, Query("https://acme.okta.com", "severity eq \"WARN\""));

    ASSERT_TRUE(again);
    EXPECT_EQ(again->since, UtcTime(minutes(12)));
}

TEST(BeginAgain, ChangedDomainOverlaps) {
    Checkpoint at;
    at.query = Query("https://acme.okta.com", "");
    at.newest_published = UtcTime(minutes(60));

    const auto again = begin_again(at, Query("https://login.acme.com", ""));

    ASSERT_TRUE(again);
    EXPECT_EQ(again->since, UtcTime(minutes(45)));
}

TEST(LostCursor, LooksBackOnlyWhenThereIsSomethingToFind) {
    Checkpoint at;
    at.newest_published = UtcTime(minutes(60));
    EXPECT_EQ(since_of_lost_cursor(at), UtcTime(minutes(60)));

    at.tail = {id_of(1)};

    EXPECT_EQ(since_of_lost_cursor(at), UtcTime(minutes(45)));
}

TEST(Retention, WhatOktaHasDroppedIsNamedExactly) {
    const UtcTime now{std::chrono::days(400)};
    Checkpoint at;
    at.newest_published = UtcTime(std::chrono::days(300));
    at.caught_up_at = UtcTime(std::chrono::days(305));

    const auto gap = lost_to_retention(at, now);

    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->from, at.caught_up_at);
    EXPECT_EQ(gap->to, UtcTime(std::chrono::days(310)));
}

TEST(Retention, IdleLogIsNoGap) {
    const UtcTime now{std::chrono::days(400)};
    Checkpoint at;
    at.newest_published = UtcTime(std::chrono::days(100));
    at.caught_up_at = UtcTime(std::chrono::days(399));

    EXPECT_FALSE(lost_to_retention(at, now));
}

}  // namespace
}  // namespace oktail
