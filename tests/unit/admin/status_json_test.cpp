#include "admin/status_json.hpp"

#include "support/sample_status.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>

namespace oktail {
namespace {

namespace json = boost::json;

const UtcTime now{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z
const DaemonFacts facts("1.2.3", "siem-1", now - std::chrono::hours(1));

TEST(StatusJson, OfAnIdleDaemon) {
    EXPECT_EQ(json::parse(status_json(facts, Status(), now)), json::parse(R"({
        "summary": "0 tenants, 0 routes",
        "daemon": {"version": "1.2.3", "instance": "siem-1", "started_at": "2025-12-31T23:00:00.000Z", "uptime_seconds": 3600},
        "tenants": [], "routes": []})"));
}

TEST(StatusJson, SaysAllThatIsKnown) {
    Status status;
    TenantStatus tenant = tenant_status("acme");
    tenant.trouble = Trouble(Reason::rate_limited, "busy", now);
    tenant.token_expires = now + std::chrono::minutes(5);
    tenant.credential = 2;
    tenant.clock_skew_seconds = -1.5;
    tenant.rate_limit_remaining = 42;
    tenant.answered_at = now;
    status.tenants = {tenant};
    RouteStatus route = route_status("acme", "archive", RouteState::stalled, Reason::sink_unavailable);
    route.activity = Activity::writing;
    route.events = 7;
    route.bytes = 700;
    route.events_per_second = 0.12345;
    route.lag_seconds = 12.5;
    route.newest_published = now;
    route.moved_at = now;
    route.last_error = Trouble(Reason::sink_unavailable, "disk full", now);
    status.routes = {route};

    const json::value all = json::parse(status_json(facts, status, now));

    EXPECT_EQ(all.at("tenants").at(0), json::parse(R"({
        "name": "acme", "trouble": {"reason": "rate_limited", "what": "busy", "since": "2026-01-01T00:00:00.000Z"},
        "token_expires_at": "2026-01-01T00:05:00.000Z", "credential_in_use": 2, "clock_skew_seconds": -1.5,
        "rate_limit_remaining": 42,
        "answered_at": "2026-01-01T00:00:00.000Z"})"));
    EXPECT_EQ(all.at("routes").at(0), json::parse(R"({
        "tenant": "acme", "sink": "archive", "state": "stalled", "activity": "writing",
        "trouble": {"reason": "sink_unavailable", "what": "why", "since": "1970-01-01T01:00:00.000Z"},
        "events": 7, "bytes": 700, "events_per_second": 0.123, "lag_seconds": 12.5,
        "newest_published": "2026-01-01T00:00:00.000Z", "moved_at": "2026-01-01T00:00:00.000Z",
        "last_error": {"reason": "sink_unavailable", "what": "disk full", "since": "2026-01-01T00:00:00.000Z"}})"));
}

TEST(StatusJson, UnknownIsNull) {
    Status status;
    status.tenants = {tenant_status("acme")};
    status.routes = {route_status("acme", "archive", RouteState::starting)};

    const json::value all = json::parse(status_json(facts, status, now));

    for (const char* name :
         {"trouble", "token_expires_at", "credential_in_use", "clock_skew_seconds", "rate_limit_remaining", "answered_at"})
        EXPECT_TRUE(all.at("tenants").at(0).at(name).is_null()) << name;
    for (const char* name : {"trouble", "lag_seconds", "newest_published", "moved_at", "last_error"})
        EXPECT_TRUE(all.at("routes").at(0).at(name).is_null()) << name;
}

/// Every name in it, and every word of its fixed lists.
void expect_documented(const json::value& value, const std::string& page) {
    if (const auto* list = value.if_array())
        for (const json::value& one : *list) expect_documented(one, page);
    if (const auto* object = value.if_object())
        for (const auto& [name, one] : *object) {
            EXPECT_NE(page.find("`" + std::string(name) + "`"), std::string::npos) << name;
            expect_documented(one, page);
        }
}

TEST(StatusJson, IsDocumented) {
    std::ifstream file(OKTAIL_SOURCE_DIR "/docs/status.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    RouteStatus route = route_status("acme", "archive", RouteState::stalled, Reason::sink_unavailable);
    Status status;
    status.tenants = {tenant_status("acme")};
    status.routes = {route};

    expect_documented(json::parse(status_json(facts, status, now)), page);
    for (auto reason = Reason::credentials_refused; !to_string(reason).empty(); reason = static_cast<Reason>(int(reason) + 1))
        EXPECT_NE(page.find("`" + std::string(to_string(reason)) + "`"), std::string::npos) << to_string(reason);
    for (auto activity = Activity::opening; !to_string(activity).empty(); activity = static_cast<Activity>(int(activity) + 1))
        EXPECT_NE(page.find("`" + std::string(to_string(activity)) + "`"), std::string::npos) << to_string(activity);
    for (auto state = RouteState::starting; !to_string(state).empty(); state = static_cast<RouteState>(int(state) + 1))
        EXPECT_NE(page.find("`" + std::string(to_string(state)) + "`"), std::string::npos) << to_string(state);
}

}  // namespace
}  // namespace oktail
