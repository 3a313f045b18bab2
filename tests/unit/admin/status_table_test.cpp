#include "admin/status_table.hpp"

#include "admin/status_json.hpp"
#include "support/sample_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace oktail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const UtcTime now{seconds(1'767'225'600)};

Status sample() {
    RouteStatus good = route_status("acme", "archive", RouteState::running);
    good.events_per_second = 12.34;
    good.lag_seconds = 0;
    good.newest_published = now - seconds(3);
    RouteStatus bad = route_status("globex", "siem", RouteState::stalled);
    bad.trouble = Trouble(Reason::sink_unavailable, "refused", now - minutes(12));
    bad.lag_seconds = 15 * 60;
    bad.newest_published = now - minutes(15);
    bad.last_error = Trouble(Reason::sink_unavailable, "connection refused", now - seconds(2));
    TenantStatus tenant = tenant_status("acme");
    tenant.token_expires = now + minutes(54);
    tenant.rate_limit_remaining = 42;
    tenant.answered_at = now - seconds(1);
    Status status;
    status.tenants = {tenant, tenant_status("globex")};
    status.routes = {good, bad};
    return status;
}

std::string table(const Status& status, TableStyle style = {}) {
    const DaemonFacts facts("1.2.3", "siem-1", now - hours(27));
    return status_table(boost::json::parse(status_json(facts, status, now)).as_object(), now, style);
}

TEST(StatusTable, ShowsTroubleFirst) {
    EXPECT_EQ(table(sample()),
              "oktail 1.2.3 on siem-1, up 1d 3h: 2 tenants, 2 routes: 1 running, 1 stalled (globex/siem: sink_unavailable)\n"
              "\n"
              "TENANT  SINK     STATE    REASON                LAG  EVENTS/S  NEWEST  LAST ERROR\n"
              "globex  siem     stalled  sink_unavailable 12m  15m  0.0       15m     2s ago: connection refused\n"
              "acme    archive  running  -                     0s   12.3      3s      -\n"
              "\n"
              "TENANT  TOKEN     REQUESTS LEFT  LAST ANSWER  TROUBLE\n"
              "acme    54m left  42             1s           -\n"
              "globex  -         -              -            -\n");
}

TEST(StatusTable, FitsTheTerminal) {
    TableStyle narrow;
    narrow.width = 60;

    std::istringstream lines(table(sample(), narrow));

    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 60u) << line;
}

TEST(StatusTable, IsColouredOnDemandOnly) {
    TableStyle coloured;
    coloured.colours = true;

    EXPECT_THAT(table(sample()), Not(HasSubstr("\x1b")));
    EXPECT_THAT(table(sample(), coloured), HasSubstr("\x1b[1;31mstalled\x1b[0m  "));
}

TEST(StatusTable, TextCannotMoveTheCursor) {
    Status status = sample();
    status.routes[1].last_error->what = "one\ntwo\x1b[2J";

    EXPECT_THAT(table(status), HasSubstr("one two [2J\n"));
}

TEST(StatusTable, CutsBetweenCharacters) {
    Status status = sample();
    status.routes[1].last_error->what = "\xc3\xa4\xc3\xb6";
    TableStyle style;
    style.width =
        std::string("globex  siem     stalled  sink_unavailable 12m  15m  0.0       15m     2s ago: \xc3\xa4\xc3").size();

    EXPECT_THAT(table(status, style), HasSubstr("2s ago: \xc3\xa4\n"));
}

TEST(StatusTable, UnderstandsADaemonOfAnotherVersion) {
    const auto other = boost::json::parse(R"({"routes": [{"tenant": 7, "lag_seconds": "much"}, 5], "tenants": {}, "new": 1})");

    EXPECT_EQ(status_table(other.as_object(), now, {}),
              "oktail -, up 0s: -\n"
              "\n"
              "TENANT  SINK  STATE  REASON  LAG  EVENTS/S  NEWEST  LAST ERROR\n"
              "-       -     -      -       -    -         -       -\n");
}

}  // namespace
}  // namespace oktail
