// rsyslog's imfile, with the configuration that contrib/ has for it, follows the files while the daemon is killed, its files
// end by their size, and logrotate renames them: whatever a reader has at the end is every event once.

#include "support/daemon_process.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <random>
#include <regex>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string org = "acme.okta.com";

class TailerTest : public testing::Test {
protected:
    TailerTest() {
        std::filesystem::create_directories(dir_ / "work");
        std::filesystem::create_directories(dir_ / "read");
        daemon_.add_tenant(org);
    }
    ~TailerTest() override {
        if (HasFailure()) std::fputs(whole_file(dir_ / "rsyslog.log").c_str(), stderr);
    }

    /// The one in contrib/, but for its paths and its destination.
    void start_tailer() {
        std::string text = whole_file(OKTAIL_SOURCE_DIR "/contrib/rsyslog/oktail.conf");
        text = std::regex_replace(text, std::regex("/var/log/oktail/"), (dir_ / "out/").string());
        text = std::regex_replace(text, std::regex("action\\(.*\\)"),
                                  "action(type=\"omfile\" file=\"" + read().string() + "\" template=\"event\")");
        std::ofstream(dir_ / "rsyslog.conf") << "global(workDirectory=\"" << (dir_ / "work").string() << "\")\n" << text;
        tailer_.emplace(
            std::vector<std::string>{"/usr/sbin/rsyslogd", "-n", "-f", dir_ / "rsyslog.conf", "-i", dir_ / "rsyslog.pid"},
            Process::Files{dir_ / "rsyslog.log", dir_ / "rsyslog.log"});
    }
    void stop_tailer() {
        tailer_->signal(SIGTERM);
        EXPECT_EQ(tailer_->wait(seconds(20)), (Ending{0, std::nullopt}));
    }
    std::filesystem::path read() const { return dir_ / "read/all.ndjson"; }
    std::uintmax_t bytes_read() const { return bytes_below(dir_ / "read"); }

    void logrotate() {
        std::ofstream(dir_ / "logrotate.conf")
            << (dir_ / "out/*.ndjson").string() << " {\nsu root root\nrotate 100\nnocreate\n}\n";
        Process logrotate(
            {"/usr/sbin/logrotate", "--force", "--state", (dir_ / "status").string(), (dir_ / "logrotate.conf").string()});
        EXPECT_EQ(logrotate.wait(seconds(20)), (Ending{0, std::nullopt}));
    }
    /// Lives that end by SIGKILL, most of them after the tailer has seen something of them.
    void kill_in_a_loop(int kills, const std::function<void(int)>& meanwhile) {
        std::mt19937 random(seed());
        std::uniform_int_distribution<int> moment(1, 250);
        for (int i = 0; i < kills; ++i) {
            const auto before = bytes_read();
            daemon_.start();
            if (i == 0) {
                ASSERT_TRUE(eventually(seconds(20), [&] { return bytes_below(dir_ / "out") > 0; })) << daemon_.log();
                start_tailer();
            }
            if (i % 2 == 0) {
                ASSERT_TRUE(eventually(seconds(20), [&] { return bytes_read() > before; })) << daemon_.log();
            }
            meanwhile(i);
            daemon_.process().wait(milliseconds(moment(random)));
            daemon_.kill();
        }
    }
    void expect_every_event_once() {
        simulator_.control("POST", "/pause?org=" + org);
        daemon_.start();
        auto truth = simulator_.truth(org);
        const bool complete = eventually(seconds(40), [&] { return delivered_below(dir_ / "read").size() >= truth.size(); });
        EXPECT_TRUE(complete) << daemon_.log();
        EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
        stop_tailer();

        // Several files are read in an order of the tailer's own.
        auto there = delivered_below(dir_ / "read");
        std::ranges::sort(there, {}, &SimulatorProcess::Event::uuid);
        std::ranges::sort(truth, {}, &SimulatorProcess::Event::uuid);
        EXPECT_EQ(differences(there, truth), "");
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=1000,backlog=10000,limit=100000,huge=5000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
    std::optional<Process> tailer_;
};

TEST_F(TailerTest, SeesEveryEventOnceThoughFilesEndByTheirSize) {
    daemon_.sink = {"type: file", "path: " + (dir_ / "out/%Y.ndjson").string(), "rotate: {size: 4MiB, compress: zstd}"};

    kill_in_a_loop(25, [](int) {});

    expect_every_event_once();
    EXPECT_GE(std::distance(std::filesystem::directory_iterator(dir_ / "out"), {}), 5);
}

TEST_F(TailerTest, SeesEveryEventOnceThoughLogrotateRenamesTheFile) {
    daemon_.sink = {"type: file", "path: " + (dir_ / "out/acme.ndjson").string()};

    kill_in_a_loop(25, [this](int i) {
        if (i % 3 == 2) logrotate();
        if (i % 6 == 5) daemon_.process().signal(SIGHUP);
    });

    expect_every_event_once();
    EXPECT_GE(std::distance(std::filesystem::directory_iterator(dir_ / "out"), {}), 5);
}

}  // namespace
}  // namespace oktail
