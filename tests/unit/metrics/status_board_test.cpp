#include "metrics/status_board.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class StatusBoardTest : public testing::Test {
protected:
    StatusBoardTest() { board.route_added(route, StallRule(minutes(5), seconds(30))); }

    /// At work: placed, and waiting for the next page.
    void run() {
        board.placed(route, clock.utc_now());
        board.does(route, Activity::fetching);
        board.moved(route, true);
    }
    RouteStatus shown() const { return board.status().routes.at(0); }
    TenantStatus tenant() const { return board.status().tenants.at(0); }
    Reason reason() const { return shown().trouble.reason; }

    ManualClock clock;
    StatusBoard board{clock};
    log::Scope acme{"acme"};
    log::Scope route{"acme", "archive"};
};

TEST_F(StatusBoardTest, RouteStartsAndThenRuns) {
    EXPECT_EQ(shown().state, RouteState::starting);

    run();

    EXPECT_EQ(shown().state, RouteState::running);
    EXPECT_EQ(reason(), Reason::none);
}

TEST_F(StatusBoardTest, ATenantsTroubleIsThatOfARouteThatFetches) {
    run();

    board.tenant_failed(acme, Reason::okta_unreachable, "no route to host");

    EXPECT_EQ(shown().state, RouteState::waiting);
    EXPECT_EQ(reason(), Reason::okta_unreachable);
    EXPECT_EQ(shown().trouble.what, "no route to host");
    EXPECT_EQ(tenant().trouble.reason, Reason::okta_unreachable);
}

TEST_F(StatusBoardTest, ATenantsTroubleIsNotThatOfARouteThatWrites) {
    run();
    board.does(route, Activity::writing);

    board.tenant_failed(acme, Reason::okta_unreachable, "no route to host");

    EXPECT_EQ(shown().state, RouteState::running);
}

TEST_F(StatusBoardTest, AnAnswerEndsTheTenantsTrouble) {
    run();
    board.tenant_failed(acme, Reason::credentials_refused, "invalid_client");
    board.tenant_failed(acme, Reason::rate_limited, "429");

    board.answered(acme);

    EXPECT_EQ(reason(), Reason::none);
    EXPECT_EQ(tenant().trouble.reason, Reason::none);
    EXPECT_EQ(shown().last_error->reason, Reason::rate_limited) << "kept for whoever looks later";
}

TEST_F(StatusBoardTest, AGrantEndsTheTokensTroubleOnly) {
    run();
    board.tenant_failed(acme, Reason::okta_unreachable, "503");
    board.tenant_failed(acme, Reason::token_unavailable, "timeout");
    EXPECT_EQ(reason(), Reason::token_unavailable);

    board.token_granted(acme, 0, clock.utc_now() + minutes(60));

    EXPECT_EQ(reason(), Reason::okta_unreachable);
    EXPECT_EQ(tenant().token_expires, clock.utc_now() + minutes(60));
}

TEST_F(StatusBoardTest, TheReasonIsWhatFailed) {
    const auto failing = [this](Activity activity, ErrorKind kind) {
        board.does(route, activity);
        board.failed(route, Error(kind, ""));
        return reason();
    };

    EXPECT_EQ(failing(Activity::opening, ErrorKind::transient), Reason::sink_unavailable);
    EXPECT_EQ(failing(Activity::opening, ErrorKind::rejected), Reason::sink_refuses);
    EXPECT_EQ(failing(Activity::finding_place, ErrorKind::transient), Reason::state_unavailable);
    EXPECT_EQ(failing(Activity::finding_place, ErrorKind::unauthorized), Reason::credentials_refused);
    EXPECT_EQ(failing(Activity::fetching, ErrorKind::unauthorized), Reason::credentials_refused);
    EXPECT_EQ(failing(Activity::fetching, ErrorKind::rejected), Reason::query_refused);
    EXPECT_EQ(failing(Activity::writing, ErrorKind::transient), Reason::sink_unavailable);
    EXPECT_EQ(failing(Activity::setting_aside, ErrorKind::transient), Reason::dead_letters_full);
    EXPECT_EQ(failing(Activity::saving, ErrorKind::transient), Reason::state_unavailable);
}

TEST_F(StatusBoardTest, TroubleIsAsOldAsItsBeginning) {
    run();
    const UtcTime began = clock.utc_now();
    board.tenant_failed(acme, Reason::okta_unreachable, "timeout");
    clock.advance(minutes(1));

    board.tenant_failed(acme, Reason::okta_unreachable, "503");

    EXPECT_EQ(shown().trouble.since, began);
    EXPECT_EQ(shown().trouble.what, "503");
}

TEST_F(StatusBoardTest, TroubleForLongIsAStallAndIsToldOnce) {
    run();
    board.tenant_failed(acme, Reason::okta_unreachable, "timeout");
    clock.advance(minutes(5) - seconds(1));
    EXPECT_TRUE(board.watch().empty());

    clock.advance(seconds(1));
    const auto told = board.watch();

    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].route.sink, "archive");
    EXPECT_EQ(told[0].trouble.reason, Reason::okta_unreachable);
    EXPECT_EQ(told[0].lasted, minutes(5));
    EXPECT_EQ(shown().state, RouteState::stalled);
    EXPECT_TRUE(board.watch().empty());
}

TEST_F(StatusBoardTest, AStallThatChangesItsReasonIsToldAgain) {
    run();
    board.tenant_failed(acme, Reason::okta_unreachable, "timeout");
    clock.advance(minutes(5));
    board.watch();

    board.tenant_failed(acme, Reason::token_unavailable, "timeout");

    const auto told = board.watch();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].trouble.reason, Reason::token_unavailable);
}

TEST_F(StatusBoardTest, TheEndOfAStallIsTold) {
    run();
    board.does(route, Activity::writing);
    board.failed(route, Error(ErrorKind::transient, "disk full"));
    clock.advance(minutes(6));
    board.watch();

    board.moved(route, true);

    const auto told = board.watch();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].trouble.reason, Reason::none);
    EXPECT_EQ(shown().state, RouteState::running);
}

TEST_F(StatusBoardTest, AnIdleOrgIsNoStall) {
    board.route_added(route, StallRule(seconds(10), seconds(30)));
    run();

    clock.advance(seconds(59));

    EXPECT_TRUE(board.watch().empty());
    EXPECT_EQ(shown().state, RouteState::running);
}

TEST_F(StatusBoardTest, AFetchThatNeverEndsIsAStall) {
    run();

    clock.advance(minutes(5));

    ASSERT_EQ(board.watch().size(), 1u);
    EXPECT_EQ(reason(), Reason::fetch_pending);
}

TEST_F(StatusBoardTest, WhatNeverEndsNamesItself) {
    run();
    clock.advance(minutes(6));
    const auto busy_with = [this](Activity activity) {
        board.does(route, activity);
        return reason();
    };

    EXPECT_EQ(busy_with(Activity::opening), Reason::open_pending);
    EXPECT_EQ(busy_with(Activity::writing), Reason::write_pending);
    EXPECT_EQ(busy_with(Activity::setting_aside), Reason::write_pending);
    EXPECT_EQ(busy_with(Activity::saving), Reason::save_pending);
}

TEST_F(StatusBoardTest, LagIsNotKnownBeforeThePlaceIs) { EXPECT_EQ(shown().lag_seconds, std::nullopt); }

TEST_F(StatusBoardTest, LagIsTheAgeOfTheNewestEventWhileBehind) {
    run();
    clock.advance(seconds(100));
    board.delivered(route, 1'000, 2'000'000, clock.utc_now() - seconds(40));
    board.moved(route, false);
    EXPECT_DOUBLE_EQ(shown().lag_seconds.value(), 40);

    clock.advance(seconds(5));
    EXPECT_DOUBLE_EQ(shown().lag_seconds.value(), 45);

    board.moved(route, true);
    EXPECT_DOUBLE_EQ(shown().lag_seconds.value(), 0);
}

TEST_F(StatusBoardTest, LagGrowsWhileTheSinkIsDead) {
    run();
    board.does(route, Activity::writing);
    board.failed(route, Error(ErrorKind::transient, "refused"));

    clock.advance(seconds(7));

    EXPECT_DOUBLE_EQ(shown().lag_seconds.value(), 7);
}

TEST_F(StatusBoardTest, RateIsThatOfTheLastSeconds) {
    run();
    board.watch();
    for (int i = 0; i < 100; ++i) {
        clock.advance(seconds(1));
        board.delivered(route, 50, 100, clock.utc_now());
        board.watch();
    }
    EXPECT_NEAR(shown().events_per_second, 50, 0.1);
    EXPECT_EQ(shown().events, 5'000u);

    clock.advance(seconds(60));
    board.watch();

    EXPECT_LT(shown().events_per_second, 0.2);
}

TEST_F(StatusBoardTest, WhatIsRemovedIsNotShown) {
    board.route_removed(route);
    board.tenant_removed(acme);

    board.does(route, Activity::writing);
    board.moved(route, true);
    board.tenant_failed(acme, Reason::okta_unreachable, "late");

    EXPECT_TRUE(board.status().routes.empty());
    EXPECT_TRUE(board.status().tenants.empty());
}

TEST(Reasons, EachIsExplainedToOperators) {
    std::ifstream file(OKTAIL_SOURCE_DIR "/docs/operations.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    ASSERT_NE(text, "");

    int explained = 0;
    for (auto reason = Reason::credentials_refused; !to_string(reason).empty();
         reason = static_cast<Reason>(static_cast<int>(reason) + 1)) {
        EXPECT_NE(text.find('`' + std::string(to_string(reason)) + '`'), std::string::npos) << to_string(reason);
        ++explained;
    }
    EXPECT_EQ(explained, 15);
}

}  // namespace
}  // namespace oktail
