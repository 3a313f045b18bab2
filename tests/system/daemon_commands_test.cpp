// The commands that ask a running daemon: status, health, reload.

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

const std::string org = "acme.okta.com";

class DaemonCommandsTest : public testing::Test {
protected:
    DaemonCommandsTest() {
        daemon_.more = "admin: {listen: off}\n";
        daemon_.add_tenant(org);
        daemon_.write_config();
    }

    std::string text_of(const std::string& name) {
        std::ifstream file(dir_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    Process begin(const std::string& command, const std::vector<std::string>& more = {}) {
        std::vector<std::string> line{OKTAIL_BIN_DIR "/oktail", command, "-c", daemon_.config_file().string()};
        line.insert(line.end(), more.begin(), more.end());
        return Process(std::move(line), {dir_ / "stdout", dir_ / "stderr"});
    }
    Ending run(const std::string& command, const std::vector<std::string>& more = {}) {
        return begin(command, more).wait(seconds(20)).value_or(Ending{});
    }
    /// The daemon has delivered, and knows that it has.
    void start() {
        daemon_.start();
        ASSERT_TRUE(eventually(
            seconds(30), [&] { return run("status").code == 0 && text_of("stdout").find("1 running") != std::string::npos; }))
            << daemon_.log() << text_of("stderr");
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=50,backlog=100,limit=100000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(DaemonCommandsTest, WithoutADaemonTheySaySo) {
    for (const char* command : {"status", "health", "reload"}) {
        EXPECT_EQ(run(command).code, 69) << command;
        EXPECT_THAT(text_of("stderr"), StartsWith("oktail: no daemon answers at ")) << command;
    }
}

TEST_F(DaemonCommandsTest, StatusIsATableOrJson) {
    start();

    EXPECT_EQ(run("status").code, 0);
    EXPECT_THAT(text_of("stdout"), HasSubstr(": 1 tenant, 1 route: 1 running\n\nTENANT  SINK   STATE    REASON  LAG"));
    EXPECT_EQ(run("status", {"--json"}).code, 0);
    EXPECT_THAT(text_of("stdout"), HasSubstr(R"("routes":[{"tenant":"acme","sink":"files","state":"running")"));
}

TEST_F(DaemonCommandsTest, WatchEndsCleanlyWithASignal) {
    start();

    Process watch = begin("status", {"--watch"});
    EXPECT_TRUE(eventually(seconds(10), [&] {
        const std::string text = text_of("stdout");
        return text.find("oktail ", text.find("TENANT")) != std::string::npos;  // the second picture
    })) << text_of("stdout");
    watch.signal(SIGINT);

    EXPECT_EQ(watch.wait(seconds(5)), (Ending{0, std::nullopt}));
}

TEST_F(DaemonCommandsTest, HealthNeedsNeitherAGoodConfigurationNorItsSecrets) {
    start();
    std::ofstream(daemon_.config_file(), std::ios::app) << "tenants: no\nsecret: {hunter2\n";

    EXPECT_EQ(run("health", {"--socket", (dir_ / "state/oktail.sock").string()}).code, 0);
    EXPECT_EQ(text_of("stdout"), "ok\n");

    std::ofstream(daemon_.config_file()) << "state_dir: " << (dir_ / "state").string() << "\nbad: key\n";
    EXPECT_EQ(run("health").code, 0);
}

TEST_F(DaemonCommandsTest, HealthTellsAStoppedProcessFromALivingOne) {
    start();
    daemon_.process().signal(SIGSTOP);

    EXPECT_EQ(run("health").code, 69);

    daemon_.process().signal(SIGCONT);
}

TEST_F(DaemonCommandsTest, ReloadPrintsWhatChangedOrAllThatIsWrong) {
    start();

    EXPECT_EQ(run("reload").code, 0);
    EXPECT_NE(text_of("stdout"), "");

    std::ofstream(daemon_.config_file(), std::ios::app) << "colour: red\ncolor: blue\n";
    EXPECT_EQ(run("reload").code, 78);
    EXPECT_THAT(text_of("stderr"), HasSubstr("colour: unknown key"));
    EXPECT_THAT(text_of("stderr"), HasSubstr("color: unknown key"));
}

TEST_F(DaemonCommandsTest, SocketGoesWithTheDaemonAndAKilledOnesIsReplaced) {
    start();
    daemon_.kill();
    EXPECT_TRUE(std::filesystem::exists(dir_ / "state/oktail.sock"));
    EXPECT_EQ(run("health").code, 69);

    start();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));

    EXPECT_FALSE(std::filesystem::exists(dir_ / "state/oktail.sock"));
}

TEST_F(DaemonCommandsTest, TheServiceManagersDirectoryIsPreferred) {
    std::filesystem::create_directory(dir_ / "runtime");
    daemon_.environment = {"RUNTIME_DIRECTORY=" + (dir_ / "runtime").string()};
    daemon_.start();

    ASSERT_TRUE(eventually(seconds(10), [&] { return std::filesystem::exists(dir_ / "runtime/oktail.sock"); }));

    EXPECT_EQ(run("health").code, 69);
    EXPECT_EQ(run("health", {"--socket", (dir_ / "runtime/oktail.sock").string()}).code, 0) << text_of("stderr");
}

}  // namespace
}  // namespace oktail
