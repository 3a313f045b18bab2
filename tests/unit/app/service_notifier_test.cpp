#include "app/service_notifier.hpp"

#include "core/log.hpp"
#include "support/manual_clock.hpp"
#include "support/notify_socket.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <map>

namespace oktail {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

Environment environment_of(const Variables& variables) {
    return [variables](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

class ServiceNotifierTest : public testing::Test {
protected:
    std::optional<std::chrono::microseconds> watchdog_interval(const Variables& variables) {
        return ServiceNotifier(environment_of(variables), clock_).watchdog_interval();
    }

    TempDir dir_;
    NotifySocket manager_{dir_ / "notify"};
    ManualClock clock_;
    ServiceNotifier notifier_{environment_of({{"NOTIFY_SOCKET", manager_.name()}}), clock_};
};

TEST_F(ServiceNotifierTest, EveryStateHasItsMessage) {
    notifier_.ready();
    EXPECT_EQ(manager_.next(), "READY=1\n");
    notifier_.stopping();
    EXPECT_EQ(manager_.next(), "STOPPING=1\n");
    notifier_.alive();
    EXPECT_EQ(manager_.next(), "WATCHDOG=1");
}

TEST_F(ServiceNotifierTest, ReloadingSaysWhenItBegan) {
    clock_.advance(std::chrono::milliseconds(7));

    notifier_.reloading();

    EXPECT_EQ(manager_.next(), "RELOADING=1\nMONOTONIC_USEC=3600007000\n");
}

TEST_F(ServiceNotifierTest, AbstractNameIsReached) {
    NotifySocket manager("@oktail-test-" + dir_.path().filename().string());
    ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", manager.name()}}), clock_);

    notifier.ready();

    EXPECT_EQ(manager.next(), "READY=1\n");
}

TEST_F(ServiceNotifierTest, StatusIsOneLine) {
    notifier_.status("3 tenants\nREADY=1");

    EXPECT_EQ(manager_.next(), "STATUS=3 tenants");
}

TEST_F(ServiceNotifierTest, LongStatusIsCutBetweenCharacters) {
    notifier_.status(std::string(1023, 'a') + "ää");

    EXPECT_EQ(manager_.next(), "STATUS=" + std::string(1023, 'a'));
}

TEST_F(ServiceNotifierTest, FullQueueOfTheManagerNeitherBlocksNorLosesAState) {
    for (int i = 0; i < 10'000; ++i) notifier_.alive();

    notifier_.ready();
    while (!manager_.next().empty()) {
    }
    notifier_.alive();

    EXPECT_EQ(manager_.next(), "READY=1\nWATCHDOG=1");
    notifier_.alive();
    EXPECT_EQ(manager_.next(), "WATCHDOG=1");
}

TEST_F(ServiceNotifierTest, WithoutAManagerNothingHappens) {
    ServiceNotifier nobody(environment_of({}), clock_);
    ServiceNotifier gone(environment_of({{"NOTIFY_SOCKET", dir_ / "none"}}), clock_);

    nobody.ready();
    gone.ready();

    EXPECT_EQ(manager_.next(), "");
}

TEST_F(ServiceNotifierTest, UnknownKindOfSocketIsSaid) {
    log::Capture log;

    ServiceNotifier notifier(environment_of({{"NOTIFY_SOCKET", "vsock:2:1234"}}), clock_);
    notifier.ready();

    EXPECT_THAT(log.text(), HasSubstr("NOTIFY_SOCKET"));
}

TEST_F(ServiceNotifierTest, WatchdogIsFedTwiceAsOftenAsItWants) {
    EXPECT_EQ(watchdog_interval({{"WATCHDOG_USEC", "20000000"}}), std::chrono::seconds(10));
    EXPECT_EQ(watchdog_interval({{"WATCHDOG_USEC", "20000000"}, {"WATCHDOG_PID", std::to_string(::getpid())}}),
              std::chrono::seconds(10));
}

TEST_F(ServiceNotifierTest, WatchdogOfNobodyOrOfAnotherProcessIsNotFed) {
    EXPECT_EQ(watchdog_interval({}), std::nullopt);
    EXPECT_EQ(watchdog_interval({{"WATCHDOG_USEC", "0"}}), std::nullopt);
    EXPECT_EQ(watchdog_interval({{"WATCHDOG_USEC", "20s"}}), std::nullopt);
    EXPECT_EQ(watchdog_interval({{"WATCHDOG_USEC", "20000000"}, {"WATCHDOG_PID", "1"}}), std::nullopt);
}

}  // namespace
}  // namespace oktail
