// What the service manager is told, through a real notify socket.

#include "support/daemon_process.hpp"
#include "support/notify_socket.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

const std::string org = "acme.okta.com";

class NotifyTest : public testing::Test {
protected:
    NotifyTest() { daemon_.environment = {manager_.variable()}; }

    TempDir dir_;
    NotifySocket manager_{dir_ / "notify"};
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=0,backlog=10"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(NotifyTest, StartAndStopAreTold) {
    daemon_.add_tenant(org);
    daemon_.start();
    EXPECT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();

    daemon_.process().signal(SIGTERM);

    EXPECT_NE(manager_.until("STOPPING=1", seconds(5)), "") << daemon_.log();
    EXPECT_EQ(daemon_.process().wait(seconds(15)), (Ending{0, std::nullopt}));
}

TEST_F(NotifyTest, ReadyDoesNotWaitForASinkOrForOkta) {
    daemon_.sink = {"type: file", "path: /proc/nowhere/{tenant}.ndjson"};
    daemon_.add_tenant(org);
    simulator_.process().kill();

    daemon_.start();

    EXPECT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();
    daemon_.stop();
}

TEST_F(NotifyTest, StartThatFailsIsNeverReady) {
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return delivered_below(dir_ / "out").size() == 10; })) << daemon_.log();
    daemon_.stop();
    ASSERT_NE(manager_.until("STOPPING=1", seconds(1)), "");
    std::filesystem::remove_all(dir_ / "state");

    daemon_.start();

    EXPECT_EQ(daemon_.process().wait(seconds(20)), (Ending{78, std::nullopt})) << daemon_.log();
    EXPECT_EQ(manager_.until("READY=1", seconds(0)), "");
}

TEST_F(NotifyTest, ReloadIsToldFromItsBeginToItsEnd) {
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();

    daemon_.process().signal(SIGHUP);

    EXPECT_THAT(manager_.until("RELOADING=1", seconds(10)), HasSubstr("\nMONOTONIC_USEC=")) << daemon_.log();
    EXPECT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();
    daemon_.stop();
}

TEST_F(NotifyTest, ReloadOfABrokenConfigurationIsAlsoOver) {
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();
    daemon_.sink = {"type: no_such_sink"};
    daemon_.write_config();

    daemon_.process().signal(SIGHUP);

    EXPECT_NE(manager_.until("RELOADING=1", seconds(10)), "") << daemon_.log();
    EXPECT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();
    EXPECT_TRUE(daemon_.process().running());
    daemon_.stop();
}

TEST_F(NotifyTest, StatusIsOneLineForPeople) {
    daemon_.add_tenant(org);
    daemon_.start();

    const std::string all_well = "STATUS=1 tenant, 1 route: 1 running";
    EXPECT_EQ(manager_.until(all_well, seconds(20)), all_well) << daemon_.log();
    daemon_.stop();
}

TEST_F(NotifyTest, WatchdogIsFedAgainAndAgain) {
    daemon_.environment.emplace_back("WATCHDOG_USEC=400000");
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();

    EXPECT_NE(manager_.until("WATCHDOG=1", seconds(5)), "") << daemon_.log();
    EXPECT_NE(manager_.until("WATCHDOG=1", seconds(5)), "") << daemon_.log();
    EXPECT_NE(manager_.until("WATCHDOG=1", seconds(5)), "") << daemon_.log();
    daemon_.stop();
}

TEST_F(NotifyTest, WatchdogIsNotFedWithoutOne) {
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_NE(manager_.until("READY=1", seconds(20)), "") << daemon_.log();

    EXPECT_EQ(manager_.until("WATCHDOG=1", seconds(6)), "");
    daemon_.stop();
}

}  // namespace
}  // namespace oktail
