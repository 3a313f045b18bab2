#include "admin/readiness.hpp"

#include "support/sample_status.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(Readiness, StartingIsNotReady) { EXPECT_EQ(unready(Status(), false), "starting"); }

TEST(Readiness, NothingToDoIsReady) { EXPECT_EQ(unready(Status(), true), std::nullopt); }

TEST(Readiness, OneRouteThatIsNotStalledIsEnough) {
    Status status;
    status.routes = {route_status("acme", "archive", RouteState::stalled, Reason::sink_unavailable),
                     route_status("acme", "siem", RouteState::waiting, Reason::okta_unreachable)};

    EXPECT_EQ(unready(status, true), std::nullopt);
}

TEST(Readiness, EveryRouteStalledIsNotAndSaysWhy) {
    Status status;
    status.tenants = {tenant_status("acme")};
    status.routes = {route_status("acme", "archive", RouteState::stalled, Reason::sink_unavailable)};

    EXPECT_EQ(unready(status, true), "every route is stalled: 1 tenant, 1 route: 1 stalled (acme/archive: sink_unavailable)");
}

}  // namespace
}  // namespace oktail
