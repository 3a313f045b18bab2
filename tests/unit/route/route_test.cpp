#include "support/route_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class RouteTest : public testing::Test {
protected:
    RouteRun& run(int events, int page_size) { return run_.emplace(disk_, destination_, dir_, events, page_size); }
    RouteRun& again(int events, int page_size) {
        run_->stop();
        run_.reset();
        return run(events, page_size);
    }
    std::vector<std::string> numbered(int from, int to) {
        std::vector<std::string> events;
        for (int n = from; n < to; ++n) events.push_back(numbered_event(n));
        return events;
    }
    Checkpoint saved() { return disk_.at(RouteId("acme", "archive")); }
    /// The value of the route's, or its tenant's, counter.
    std::size_t counted(const std::string& name) {
        const std::string text = run_->happenings.metrics_text();
        const std::size_t line = text.find('\n' + name + '{') + 1;
        return std::stoul(text.substr(text.find(' ', line) + 1));
    }

    MemoryCheckpoints::Disk disk_;
    Destination destination_;
    TempDir dir_;
    std::optional<RouteRun> run_;
};

TEST_F(RouteTest, DeliversInOrderAndEndsOnStop) {
    run(10, 4).start();

    EXPECT_TRUE(run_->ended);
    EXPECT_FALSE(run_->fatal);
    EXPECT_EQ(destination_.events, numbered(0, 10));
    EXPECT_EQ(saved().next, Cursor("/10"));
}

TEST_F(RouteTest, FirstActIsToSaveWhereItBegins) {
    run(0, 4).source.on_caught_up = [] {};

    run_->start();

    ASSERT_EQ(run_->checkpoints.saves.size(), 1u);
    EXPECT_EQ(run_->checkpoints.saves[0].next, Cursor("/0"));
    EXPECT_EQ(run_->checkpoints.saves[0].newest_published, run_->source.now);
    EXPECT_EQ(run_->source.fetches, 1);
}

TEST_F(RouteTest, RestartGoesOnAtTheCheckpoint) {
    run(4, 4).start();

    again(10, 4).start();

    EXPECT_EQ(destination_.events, numbered(0, 10));
    EXPECT_EQ(run_->source.asked.front(), "/4");
    EXPECT_EQ(run_->source.begun.size(), 0u);
}

TEST_F(RouteTest, StopFinishesTheWriteInHand) {
    run(4, 4).sink.cork();
    run_->start();
    run_->stop();
    EXPECT_FALSE(run_->ended);

    run_->sink.uncork();
    run_->poll();

    EXPECT_TRUE(run_->ended);
    EXPECT_EQ(saved().next, Cursor("/4"));
}

TEST_F(RouteTest, TransientTroubleIsRetriedOnTheSamePage) {
    run(4, 4).sink.errors = {Error(ErrorKind::transient, "down"), Error(ErrorKind::transient, "down")};
    run_->start();
    EXPECT_TRUE(destination_.events.empty());

    run_->pass(seconds(3));

    EXPECT_EQ(destination_.events, numbered(0, 4));
    EXPECT_EQ(run_->source.fetches, 2);
}

TEST_F(RouteTest, ResumesBehindWhatIsDurable) {
    run(4, 4).sink.at_most = 3;
    run_->start();

    run_->pass(seconds(3));

    EXPECT_EQ(destination_.events, numbered(0, 4));
}

TEST_F(RouteTest, LongTroubleLetsGoOfThePageAndRemembersWhatIsSafe) {
    run(8, 4).sink.at_most = 1;
    run_->sink.errors = std::deque<Error>(8, Error(ErrorKind::transient, "down"));
    run_->start();

    run_->pass(minutes(10));

    EXPECT_EQ(destination_.events, numbered(0, 8));
    EXPECT_GT(run_->source.fetches, 3);
}

TEST_F(RouteTest, WhatBecomesOfEveryEventIsCounted) {
    run(8, 4).sink.at_most = 1;
    run_->sink.errors = std::deque<Error>(8, Error(ErrorKind::transient, "down"));
    run_->start();

    run_->pass(minutes(10));

    EXPECT_EQ(counted("oktail_events_total"), 8u);
    EXPECT_GT(counted("oktail_events_let_go_total"), 0u);
    EXPECT_EQ(counted("oktail_events_taken_total"), counted("oktail_events_total") + counted("oktail_events_let_go_total") +
                                                        counted("oktail_duplicates_dropped_total"));
}

TEST_F(RouteTest, DeadLettersOfAPageThatIsLetGoAreNotSetAsideAgain) {
    run(4, 4).max_event = numbered_event(0).size();
    run_->source.large = 1;
    run_->sink.errors = std::deque<Error>(8, Error(ErrorKind::transient, "down"));
    run_->start();

    run_->pass(minutes(10));

    EXPECT_EQ(destination_.events.size(), 3u);
    EXPECT_EQ(counted("oktail_dead_letters_total"), 1u);
}

TEST_F(RouteTest, StopDuringALongTroubleIsPromptAndKeepsWhatIsSafe) {
    run(4, 4).sink.at_most = 2;
    run_->start();
    run_->sink.errors = {Error(ErrorKind::transient, "down")};
    run_->stop();
    EXPECT_TRUE(run_->ended);
    EXPECT_EQ(saved().partial.size(), 2u);

    again(4, 4).start();

    EXPECT_EQ(destination_.events, numbered(0, 4));
}

TEST_F(RouteTest, EventThatIsNeverTakenBecomesADeadLetter) {
    run(4, 4).sink.refused = {numbered_event(1)};

    run_->start();

    EXPECT_EQ(destination_.events, (std::vector{numbered_event(0), numbered_event(2), numbered_event(3)}));
    std::ifstream file(dir_ / "dead-letters/acme/archive.ndjson");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(text.find("000000000001"), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(RouteTest, FatalErrorEndsIt) {
    run(4, 4).sink.errors = {Error(ErrorKind::fatal, "the state is gone")};

    run_->start();

    EXPECT_TRUE(run_->ended);
    ASSERT_TRUE(run_->fatal);
    EXPECT_EQ(run_->fatal->what(), "the state is gone");
}

TEST_F(RouteTest, SinkThatSavesTheCheckpointIsBelieved) {
    run(8, 4);
    run_->sink.saves_with = &run_->checkpoints;

    run_->start();

    EXPECT_EQ(run_->checkpoints.saves.size(), 3u);  // the beginning, and one with each page
    EXPECT_EQ(saved().next, Cursor("/8"));
}

TEST_F(RouteTest, NothingNewIsSavedOnceAMinuteAndAtTheEnd) {
    run(0, 4).source.empty_pages = 7;
    run_->source.on_empty = [this] { run_->clock.advance(seconds(20)); };

    run_->start();

    // The beginning, two whole minutes of seven polls, and what the last poll said.
    EXPECT_EQ(run_->checkpoints.saves.size(), 4u);
    EXPECT_EQ(saved().caught_up_at, run_->source.now);
}

TEST_F(RouteTest, ChangedFilterBeginsAgainByTime) {
    run(4, 4).start();
    again(4, 4).query = Query("https://acme.okta.com", "severity eq \"WARN\"");
    run_->source.beginning = "/2";

    run_->start();

    ASSERT_EQ(run_->source.begun.size(), 1u);
    EXPECT_EQ(destination_.events, numbered(0, 4)) << "the tail drops what comes twice";
    EXPECT_EQ(saved().query.filter(), "severity eq \"WARN\"");
}

TEST_F(RouteTest, LostCursorGoesOnBehindTheLastEvent) {
    run(8, 4).start();
    again(12, 4).source.lost_cursor = "/8";
    run_->source.beginning = "/2";

    run_->start();

    EXPECT_EQ(destination_.events, numbered(0, 12));
    EXPECT_NE(run_->happenings.metrics_text().find("oktail_gap_total{tenant=\"acme\"} 0"), std::string::npos);
}

TEST_F(RouteTest, LostCursorWithoutTheLastEventIsASuspectedGap) {
    run(8, 4).start();
    again(12, 4).source.lost_cursor = "/8";
    run_->source.beginning = "/9";
    run_->source.empty_pages = 1;

    run_->start();

    EXPECT_NE(run_->happenings.metrics_text().find("oktail_gap_total{tenant=\"acme\"} 1"), std::string::npos);
    EXPECT_EQ(destination_.events.size(), 11u) << "what comes behind the new beginning is delivered";
    EXPECT_EQ(destination_.events.back(), numbered_event(11));
}

TEST_F(RouteTest, SearchOnABusyOrgEnds) {
    run(8, 4).start();
    again(12, 4).source.lost_cursor = "/8";
    run_->source.beginning = "/9";
    run_->source.on_page = [this] {
        if (run_->source.fetches > 100) run_->stop();
        run_->source.now += minutes(1);
        run_->source.grow(4);  // there is always more
    };
    run_->source.published = [begin = run_->source.now](int n) { return n < 12 ? UtcTime() : begin + minutes(n); };

    run_->start();

    EXPECT_EQ(counted("oktail_gap_total"), 1u);
    EXPECT_GT(destination_.events.size(), 50u) << "it delivers";
}

TEST_F(RouteTest, SearchThatTakesLongIsNotOver) {
    run(8, 4).start();
    again(12, 3).source.lost_cursor = "/8";
    run_->source.on_page = [this] { run_->source.now += minutes(10); };

    run_->start();

    EXPECT_EQ(counted("oktail_gap_total"), 0u);
    EXPECT_EQ(destination_.events, numbered(0, 12));
}

TEST_F(RouteTest, EventsThatOktaHasDroppedMeanwhileAreAGapAndTheRestIsDelivered) {
    run(8, 4).start();
    again(12, 4).source.now += std::chrono::days(100);
    run_->clock.step_utc(std::chrono::days(100));
    const log::Capture log;

    run_->start();

    EXPECT_EQ(destination_.events, numbered(0, 12));
    EXPECT_NE(run_->happenings.metrics_text().find("oktail_gap_total{tenant=\"acme\"} 1"), std::string::npos);
    EXPECT_NE(log.text().find("from=2026-01-01T00:00:00.000Z to=2026-01-11T00:00:00.000Z"), std::string::npos) << log.text();
}

TEST_F(RouteTest, LostCursorOfLongAgoBeginsWhereOktasLogDoes) {
    run(8, 4).start();
    again(12, 4).source.lost_cursor = "/8";
    run_->source.beginning = "/9";
    run_->source.now += std::chrono::days(200);
    run_->clock.step_utc(std::chrono::days(200));

    run_->start();

    ASSERT_EQ(run_->source.begun.size(), 1u);
    EXPECT_EQ(run_->source.begun[0], run_->source.now - std::chrono::days(90) + minutes(5));
    EXPECT_NE(run_->happenings.metrics_text().find("oktail_gap_total{tenant=\"acme\"} 1"), std::string::npos);
    EXPECT_EQ(destination_.events.back(), numbered_event(11));
}

TEST_F(RouteTest, ServerWhoseClockIsMonthsAheadSkipsNothing) {
    run(8, 4).start();
    again(12, 4).source.lost_cursor = "/8";
    run_->source.beginning = "/5";
    run_->source.now += std::chrono::days(200);

    run_->start();

    EXPECT_LT(run_->source.begun.at(0), run_->clock.utc_now() - minutes(14));
    EXPECT_GT(run_->source.begun.at(0), run_->clock.utc_now() - minutes(16));
    EXPECT_EQ(destination_.events, numbered(0, 12));
}

TEST_F(RouteTest, ChangedFilterOfLongAgoBeginsWhereOktasLogDoes) {
    run(4, 4).start();
    again(4, 4).query = Query("https://acme.okta.com", "severity eq \"WARN\"");
    run_->source.now += std::chrono::days(200);
    run_->clock.step_utc(std::chrono::days(200));

    run_->start();

    ASSERT_EQ(run_->source.begun.size(), 1u);
    EXPECT_EQ(run_->source.begun[0], run_->source.now - std::chrono::days(90) + minutes(5));
}

TEST_F(RouteTest, LinksThatLeadInACircleAreFollowedThreeTimesAndThenWaitedOut) {
    run(5'000, 1'000).source.circle_end = 3'000;
    run_->start();
    run_->pass(minutes(10));
    const int fetches = run_->source.fetches;
    EXPECT_LT(fetches, 60) << "not at full speed";
    EXPECT_EQ(destination_.events.size(), 4'000u) << "nothing is delivered while the circle is closed";

    run_->source.circle_end = -1;
    run_->pass(minutes(6));

    const std::set<std::string> delivered(destination_.events.begin(), destination_.events.end());
    EXPECT_EQ(delivered.size(), 5'000u);
    EXPECT_TRUE(run_->ended);
}

TEST_F(RouteTest, SearchForTheLastEventEndsWhereTheLinksLeadInACircle) {
    run(4, 4).start();
    run_.reset();
    run_.emplace(disk_, destination_, dir_, 12, 4, StepFuse(40, StepFuse::Trouble::stops));
    run_->source.lost_cursor = "/4";
    run_->source.beginning = "/5";
    run_->source.circle_begin = 5;
    run_->source.circle_end = 12;

    run_->start();

    EXPECT_EQ(counted("oktail_gap_total"), 1u);
}

TEST_F(RouteTest, SearchForTheLastEventWaitsWhereALinkIsMissing) {
    run(12, 4).start();
    run_.reset();
    run_.emplace(disk_, destination_, dir_, 16, 4, StepFuse(40, StepFuse::Trouble::stops));
    run_->source.lost_cursor = "/12";
    run_->source.circle_end = 4;  // it leads back to where it came from

    run_->start();

    EXPECT_EQ(counted("oktail_gap_total"), 0u) << "what follows is not known";
    EXPECT_EQ(destination_.events, numbered(0, 12)) << "nothing is repeated meanwhile";
}

}  // namespace
}  // namespace oktail
