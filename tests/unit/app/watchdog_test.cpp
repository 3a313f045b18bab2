#include "app/watchdog.hpp"

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "support/manual_clock.hpp"
#include "support/notify_socket.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

/// A shard that works only when a test says so, and a manager that waits for 20 s.
class WatchdogTest : public testing::Test {
protected:
    WatchdogTest() {
        signs_.watch("shard-0", [this](std::function<void()> job) { asio::post(shard_, std::move(job)); }, seconds(10));
    }
    ~WatchdogTest() override {
        stop_.request_stop();
        run_main();
    }

    void feed(ServiceNotifier& manager) {
        main_group_.spawn(feed_watchdog(signs_, manager, clock_, stop_.get_token()));
        run_main();
    }
    void run_main() {
        main_.restart();
        main_.poll();
    }
    void run_shard() {
        shard_.restart();
        shard_.poll();
    }
    void pass(milliseconds span) {
        clock_.advance(span);
        run_main();
    }
    std::optional<std::string> environment(const std::string& name) const {
        if (name == "NOTIFY_SOCKET") return manager_.name();
        if (name == "WATCHDOG_USEC") return "20000000";
        return std::nullopt;
    }

    TempDir dir_;
    NotifySocket manager_{dir_ / "notify"};
    ManualClock clock_;
    asio::io_context main_{1};
    asio::io_context shard_{1};
    LifeSigns signs_{clock_};
    ServiceNotifier notifier_{[this](const std::string& name) { return environment(name); }, clock_};
    log::Capture log_;
    std::stop_source stop_;
    TaskGroup main_group_{main_.get_executor()};
};

TEST_F(WatchdogTest, IsFedWhileTheShardWorks) {
    feed(notifier_);
    run_shard();
    pass(seconds(5));
    EXPECT_EQ(manager_.next(), "WATCHDOG=1");

    run_shard();
    pass(seconds(5));
    EXPECT_EQ(manager_.next(), "WATCHDOG=1");
}

TEST_F(WatchdogTest, IsNotFedOnceAShardIsStuck) {
    feed(notifier_);
    pass(seconds(5));
    EXPECT_EQ(manager_.next(), "WATCHDOG=1");

    pass(seconds(5));
    pass(seconds(5));

    EXPECT_EQ(manager_.next(), "");
    EXPECT_THAT(log_.text(), HasSubstr("stuck thread=shard-0"));
    EXPECT_THAT(log_.text(), Not(HasSubstr("no longer")));
}

TEST_F(WatchdogTest, IsFedAgainWhenTheShardGoesOn) {
    feed(notifier_);
    pass(seconds(5));
    pass(seconds(5));
    manager_.next();

    run_shard();
    pass(seconds(5));

    EXPECT_EQ(manager_.next(), "WATCHDOG=1");
    EXPECT_THAT(log_.text(), HasSubstr("no longer stuck thread=shard-0"));
}

TEST_F(WatchdogTest, WithoutOneOnlyTheLogTellsOfAStuckShard) {
    const auto only_the_socket = [this](const std::string& name) {
        return name == "NOTIFY_SOCKET" ? environment(name) : std::nullopt;
    };
    ServiceNotifier nobody_waits(only_the_socket, clock_);
    feed(nobody_waits);

    pass(seconds(5));
    pass(seconds(5));

    EXPECT_EQ(manager_.next(), "");
    EXPECT_THAT(log_.text(), HasSubstr("stuck thread=shard-0"));
    stop_.request_stop();
    run_main();
}

TEST_F(WatchdogTest, EndsWhenItIsToldTo) {
    feed(notifier_);

    stop_.request_stop();
    run_main();

    EXPECT_TRUE(main_group_.empty());
}

}  // namespace
}  // namespace oktail
