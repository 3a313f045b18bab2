#include "metrics/happenings.hpp"

#include "support/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

/// "name | type | label, label" of every metric.
using Metrics = std::set<std::string>;

Metrics documented() {
    std::ifstream page(OKTAIL_SOURCE_DIR "/docs/metrics.md");
    const std::regex row(R"(\| `([a-z_]+)` \| ([a-z]+) \| ([a-z_`, ]*) \|.*)");
    Metrics all;
    std::smatch found;
    for (std::string line; std::getline(page, line);)
        if (std::regex_match(line, found, row))
            all.insert(found.str(1) + " | " + found.str(2) + " | " + std::regex_replace(found.str(3), std::regex("[` ]"), ""));
    return all;
}

/// The names of the labels in `{a="x",b="y"}`, but those that make a histogram.
std::string label_names(const std::string& labels) {
    std::set<std::string> names;
    const std::regex label(R"re(([a-z_]+)="[^"]*")re");
    for (std::sregex_iterator at(labels.begin(), labels.end(), label), end; at != end; ++at)
        if (at->str(1) != "le") names.insert(at->str(1));
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
    return joined;
}

Metrics served(const std::string& text) {
    Metrics all;
    std::string name;
    std::string type;
    std::smatch found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, found, std::regex("# TYPE ([a-z_]+) ([a-z]+)"))) {
            name = found.str(1);
            type = found.str(2);
        } else if (line.front() != '#') {
            all.insert(name + " | " + type + " | " + label_names(line));
        }
    }
    return all;
}

class HappeningsTest : public testing::Test {
protected:
    HappeningsTest() { happenings.route_added(route, StallRule(minutes(5), seconds(30))); }

    void everything_happens() {
        happenings.describe_program("1.2.3", memory);
        happenings.events_delivered(route, 2, 200, clock.utc_now());
        happenings.token_granted(acme, 0, "first", false, minutes(60), clock.utc_now() + minutes(60));
        happenings.clock_skew_seen(acme, seconds(1));
        happenings.rate_limit_seen(acme, 42);
        happenings.write_failed(route, Error(ErrorKind::transient, "disk full"), seconds(1));
    }

    ManualClock clock;
    ByteBudget memory{1024};
    Happenings happenings{clock};
    log::Scope acme{"acme"};
    log::Scope route{"acme", "archive"};
};

TEST_F(HappeningsTest, PageListsWhatIsServedAndNothingElse) {
    everything_happens();

    EXPECT_EQ(served(happenings.metrics_text()), documented());
}

/// promtool is in Debian's package prometheus.
TEST_F(HappeningsTest, PromtoolFindsNothingWrong) {
    everything_happens();

    FILE* promtool = ::popen("promtool check metrics 2>&1", "w");
    const std::string text = happenings.metrics_text();
    std::fwrite(text.data(), 1, text.size(), promtool);

    EXPECT_EQ(::pclose(promtool), 0);
}

TEST_F(HappeningsTest, CountersAreThereAtZeroFromTheStart) {
    const std::string text = happenings.metrics_text();

    for (const char* line :
         {"oktail_events_total{sink=\"archive\",tenant=\"acme\"} 0\n",
          "oktail_event_bytes_total{sink=\"archive\",tenant=\"acme\"} 0\n",
          "oktail_dead_letters_total{sink=\"archive\",tenant=\"acme\"} 0\n",
          "oktail_stalls_total{sink=\"archive\",tenant=\"acme\"} 0\n",
          "oktail_sink_errors_total{kind=\"transient\",sink=\"archive\"} 0\n",
          "oktail_delivery_latency_seconds_count{sink=\"archive\"} 0\n", "oktail_pages_total{tenant=\"acme\"} 0\n",
          "oktail_requests_total{outcome=\"server_error\",tenant=\"acme\"} 0\n",
          "oktail_token_grants_total{outcome=\"granted\",tenant=\"acme\"} 0\n", "oktail_gap_total{tenant=\"acme\"} 0\n",
          "oktail_checkpoint_saves_total 0\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(HappeningsTest, ClockThatIsFarOffIsSaidOnceAndAgainWhenItIsRight) {
    const log::Capture capture;
    for (const int skew : {1, 40, 41, -50, 25, 0}) happenings.clock_skew_seen(acme, seconds(skew));

    EXPECT_THAT(capture.text(), HasSubstr("ahead_by_s=40"));
    EXPECT_THAT(capture.text(), Not(HasSubstr("ahead_by_s=41")));
    EXPECT_THAT(capture.text(), Not(HasSubstr("ahead_by_s=-50")));
    EXPECT_THAT(capture.text(), HasSubstr("our clock is Okta's again"));
    EXPECT_THAT(happenings.metrics_text(), HasSubstr("oktail_clock_skew_seconds{tenant=\"acme\"} 0\n"));
}

TEST_F(HappeningsTest, CountsWhatHappens) {
    happenings.events_delivered(route, 2, 200, clock.utc_now() - milliseconds(1'200));
    happenings.page_fetched(acme, 2, 200);
    happenings.request_answered(acme, RequestOutcome::rate_limited, milliseconds(300));
    happenings.token_not_granted(acme, Reason::credentials_refused, Error(ErrorKind::unauthorized, "no"), seconds(1));
    happenings.token_not_granted(acme, Reason::credentials_refused, Error(ErrorKind::rejected, "never"), seconds(1));
    happenings.duplicates_dropped(route, 3);
    happenings.dead_letter(route, "too large");
    happenings.gap_suspected(route, clock.utc_now(), clock.utc_now());
    happenings.checkpoint_saved();

    const std::string text = happenings.metrics_text();
    for (const char* line :
         {"oktail_events_total{sink=\"archive\",tenant=\"acme\"} 2\n",
          "oktail_event_bytes_total{sink=\"archive\",tenant=\"acme\"} 200\n",
          "oktail_delivery_latency_seconds_bucket{sink=\"archive\",le=\"1\"} 0\n",
          "oktail_delivery_latency_seconds_bucket{sink=\"archive\",le=\"1.5\"} 1\n", "oktail_pages_total{tenant=\"acme\"} 1\n",
          "oktail_requests_total{outcome=\"rate_limited\",tenant=\"acme\"} 1\n", "oktail_request_duration_seconds_count 1\n",
          "oktail_token_grants_total{outcome=\"unauthorized\",tenant=\"acme\"} 1\n",
          "oktail_token_grants_total{outcome=\"rejected\",tenant=\"acme\"} 1\n",
          "oktail_duplicates_dropped_total{tenant=\"acme\"} 3\n",
          "oktail_dead_letters_total{sink=\"archive\",tenant=\"acme\"} 1\n", "oktail_gap_total{tenant=\"acme\"} 1\n",
          "oktail_checkpoint_saves_total 1\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(HappeningsTest, SeriesGoWithWhatTheyAreAbout) {
    happenings.route_added(log::Scope("globex", "archive"), StallRule());
    everything_happens();

    happenings.route_removed(route);
    happenings.tenant_removed(acme);

    EXPECT_THAT(happenings.metrics_text(), Not(HasSubstr("acme")));
    EXPECT_THAT(happenings.metrics_text(), HasSubstr("oktail_sink_errors_total{kind=\"transient\",sink=\"archive\"} 1\n"));

    happenings.route_removed(log::Scope("globex", "archive"));
    EXPECT_THAT(happenings.metrics_text(), Not(HasSubstr("archive")));
}

TEST_F(HappeningsTest, WhatIsLateChangesNothing) {
    happenings.route_removed(route);
    happenings.tenant_removed(acme);

    everything_happens();

    EXPECT_THAT(happenings.metrics_text(), Not(HasSubstr("acme")));
}

TEST_F(HappeningsTest, AStallIsCountedOnceWhateverItsReasonBecomes) {
    happenings.route_does(route, Activity::writing);
    happenings.write_failed(route, Error(ErrorKind::transient, "disk full"), seconds(1));
    clock.advance(minutes(6));
    happenings.watch_for_stalls();
    happenings.route_does(route, Activity::saving);
    happenings.route_failed(route, Error(ErrorKind::transient, "disk full"), seconds(1));
    happenings.watch_for_stalls();

    const std::string text = happenings.metrics_text();
    EXPECT_THAT(text, HasSubstr("oktail_stalls_total{sink=\"archive\",tenant=\"acme\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("oktail_route_state{tenant=\"acme\",sink=\"archive\",state=\"stalled\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("oktail_route_state{tenant=\"acme\",sink=\"archive\",state=\"running\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("oktail_route_trouble{tenant=\"acme\",sink=\"archive\",reason=\"state_unavailable\"} 1\n"));
}

TEST(RequestOutcomes, ByStatus) {
    EXPECT_EQ(request_outcome(200), RequestOutcome::ok);
    EXPECT_EQ(request_outcome(429), RequestOutcome::rate_limited);
    EXPECT_EQ(request_outcome(401), RequestOutcome::unauthorized);
    EXPECT_EQ(request_outcome(403), RequestOutcome::unauthorized);
    EXPECT_EQ(request_outcome(400), RequestOutcome::refused);
    EXPECT_EQ(request_outcome(503), RequestOutcome::server_error);
    EXPECT_EQ(request_outcome(302), RequestOutcome::unexpected);
    EXPECT_EQ(request_outcome(999), RequestOutcome::unexpected);
}

}  // namespace
}  // namespace oktail
