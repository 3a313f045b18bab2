// The program as its user meets it: exit codes, stops, and what a mistake looks like.

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string org = "acme.okta.com";

class RunTest : public testing::Test {
protected:
    std::string text_of(const std::string& name) {
        std::ifstream file(dir_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    Ending run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), OKTAIL_BIN_DIR "/oktail");
        Process process(std::move(arguments), {dir_ / "stdout", dir_ / "stderr"});
        return process.wait(seconds(20)).value_or(Ending{});
    }

    TempDir dir_;
};

class RunningTest : public RunTest {
protected:
    bool delivered(std::size_t count) {
        return eventually(seconds(30), [&] { return delivered_below(dir_ / "out").size() >= count; });
    }

    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=50,backlog=2500,limit=100000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

/// The program with a sink into a pipe, whose reader has it open and never reads. It writes from the start.
class PipedTest : public RunningTest {
protected:
    PipedTest() {
        daemon_.sink = {"type: stdout"};
        daemon_.add_tenant(org);
        daemon_.write_config();
        EXPECT_EQ(::mkfifo(pipe_.c_str(), 0600), 0);
        reader_ = ::open(pipe_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        process_.emplace(std::vector<std::string>{OKTAIL_BIN_DIR "/oktail", "run", "-c", daemon_.config_file().string()},
                         Process::Files{pipe_, dir_ / "stderr"});
        EXPECT_TRUE(logged("page fetched", seconds(20)));
    }
    ~PipedTest() override { ::close(reader_); }

    bool logged(const std::string& text, seconds patience) {
        return eventually(patience, [&] { return text_of("stderr").find(text) != std::string::npos; });
    }

    const std::filesystem::path pipe_ = dir_ / "pipe";
    int reader_ = -1;
    std::optional<Process> process_;
};

TEST_F(RunTest, VersionIsPrinted) {
    EXPECT_EQ(run({"--version"}).code, 0);
    EXPECT_EQ(text_of("stdout").find("oktail "), 0u);
}

TEST_F(RunTest, WrongUsageIs64) {
    EXPECT_EQ(run({"run", "--no-such-option"}).code, 64);
    EXPECT_NE(text_of("stderr").find("no-such-option"), std::string::npos);
}

TEST_F(RunTest, MissingConfigurationIs78) { EXPECT_EQ(run({"run", "-c", (dir_ / "none.yaml").string()}).code, 78); }

TEST_F(RunTest, CheckFindsEverythingAtOnceWithItsPlace) {
    std::ofstream(dir_ / "bad.yaml") << "tenants:\n  - name: acme\n    domian: acme.okta.com\nsinks: {x: {type: flie}}\n";

    EXPECT_EQ(run({"check", "-c", (dir_ / "bad.yaml").string()}).code, 78);

    const std::string text = text_of("stderr");
    EXPECT_NE(text.find("bad.yaml:3:5"), std::string::npos) << text;
    EXPECT_NE(text.find("did you mean domain?"), std::string::npos) << text;
    EXPECT_NE(text.find("bad.yaml:4:"), std::string::npos) << text;
}

TEST_F(RunTest, DefaultsArePrinted) {
    EXPECT_EQ(run({"config", "defaults"}).code, 0);
    EXPECT_NE(text_of("stdout").find("rate_limit_share"), std::string::npos);
}

TEST_F(RunningTest, DeliversAndStopsCleanly) {
    daemon_.add_tenant(org);
    daemon_.start();
    EXPECT_TRUE(delivered(2'600)) << daemon_.log();

    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));

    const auto truth = simulator_.truth(org);
    const auto events = delivered_below(dir_ / "out");
    EXPECT_EQ(differences(events, {truth.begin(), truth.begin() + static_cast<std::ptrdiff_t>(events.size())}), "");
    EXPECT_EQ(simulator_.control("/stats").find("\"violations\":[\""), std::string::npos) << simulator_.control("/stats");
}

TEST_F(RunningTest, CleanStopRepeatsNothingWithAtLeastOnce) {
    daemon_.sink.push_back("delivery: at_least_once");
    daemon_.add_tenant(org);
    for (int i = 0; i < 3; ++i) {
        daemon_.start();
        EXPECT_TRUE(delivered(2'500 + static_cast<std::size_t>(i) * 20)) << daemon_.log();
        EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    }

    const auto truth = simulator_.truth(org);
    const auto events = delivered_below(dir_ / "out");
    EXPECT_EQ(differences(events, {truth.begin(), truth.begin() + static_cast<std::ptrdiff_t>(events.size())}), "");
}

TEST_F(RunningTest, SecondDaemonOnTheSameStateIs75) {
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_TRUE(delivered(1)) << daemon_.log();

    EXPECT_EQ(run({"run", "-c", daemon_.config_file().string()}).code, 75);
    EXPECT_TRUE(daemon_.process().running());
    daemon_.stop();
}

TEST_F(RunningTest, MissingStateWithFilesOfAnEarlierRunIs78) {
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_TRUE(delivered(1)) << daemon_.log();
    daemon_.stop();
    std::filesystem::remove_all(dir_ / "state");

    daemon_.start();

    EXPECT_EQ(daemon_.process().wait(seconds(20)), (Ending{78, std::nullopt})) << daemon_.log();
    EXPECT_NE(daemon_.log().find("--accept-new-state"), std::string::npos);
}

TEST_F(PipedTest, StopWithAStuckReaderTakesTenSecondsAtMost) {
    EXPECT_FALSE(process_->wait(seconds(1)));

    process_->signal(SIGTERM);

    EXPECT_EQ(process_->wait(seconds(10)), (Ending{0, std::nullopt})) << text_of("stderr");
}

TEST_F(PipedTest, SecondSignalLeavesAtOnce) {
    process_->signal(SIGTERM);
    ASSERT_TRUE(logged("stopping", seconds(5)));

    process_->signal(SIGTERM);

    EXPECT_TRUE(process_->wait(seconds(2))) << text_of("stderr");
}

TEST_F(PipedTest, LostReaderIsToldAndDoesNotEndTheDaemon) {
    ::close(std::exchange(reader_, -1));

    EXPECT_TRUE(logged("writing failed", seconds(10)));
    EXPECT_TRUE(process_->running());
    process_->signal(SIGTERM);
    EXPECT_EQ(process_->wait(seconds(10)), (Ending{0, std::nullopt})) << text_of("stderr");
}

TEST_F(RunningTest, UnreadableSecretParksItsTenantOnly) {
    daemon_.add_tenant(org);
    const auto secret = simulator_.org(org).secret_file;
    std::filesystem::permissions(secret, std::filesystem::perms::others_read, std::filesystem::perm_options::add);

    daemon_.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return daemon_.log().find("chmod") != std::string::npos; })) << daemon_.log();
    EXPECT_TRUE(daemon_.process().running());

    daemon_.stop();
}

}  // namespace
}  // namespace oktail
