#include "admin/summary.hpp"

#include "support/sample_status.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(Summary, OfNothing) { EXPECT_EQ(summary(Status()), "0 tenants, 0 routes"); }

TEST(Summary, CountsTheStatesThatThereAre) {
    Status status;
    status.tenants = {tenant_status("acme")};
    status.routes = {route_status("acme", "archive", RouteState::running), route_status("acme", "screen", RouteState::starting),
                     route_status("acme", "siem", RouteState::waiting, Reason::sink_unavailable)};

    EXPECT_EQ(summary(status), "1 tenant, 3 routes: 1 running, 1 starting, 1 waiting");
}

TEST(Summary, NamesWhatIsStalled) {
    Status status;
    status.tenants = {tenant_status("acme"), tenant_status("globex")};
    status.routes = {route_status("acme", "archive", RouteState::stalled, Reason::sink_unavailable),
                     route_status("globex", "archive", RouteState::running)};

    EXPECT_EQ(summary(status), "2 tenants, 2 routes: 1 running, 1 stalled (acme/archive: sink_unavailable)");
}

TEST(Summary, StaysOneLineWithManyStalled) {
    Status status;
    for (const char* sink : {"a", "b", "c", "d", "e"})
        status.routes.push_back(route_status("acme", sink, RouteState::stalled, Reason::write_pending));

    EXPECT_EQ(summary(status),
              "0 tenants, 5 routes: 5 stalled (acme/a: write_pending, acme/b: write_pending, acme/c: write_pending, 2 more)");
}

}  // namespace
}  // namespace oktail
