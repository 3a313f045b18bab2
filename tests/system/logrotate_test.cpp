// Debian's logrotate with the configuration that contrib/ has for it, while the daemon writes, reloads and dies.

#include "compression/packer.hpp"
#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>

namespace oktail {
namespace {

using std::chrono::seconds;

class LogrotateTest : public testing::Test {
protected:
    void SetUp() override { daemon_.sink = {"type: file", "path: " + live().string()}; }
    std::filesystem::path live() const { return dir_ / "out/acme.ndjson"; }
    std::uintmax_t live_bytes() const {
        std::error_code none;
        const auto size = std::filesystem::file_size(live(), none);
        return none ? 0 : size;
    }
    /// The one in contrib/, but for its paths and for who tells the daemon.
    void write_config() const {
        std::string text = whole_file(OKTAIL_SOURCE_DIR "/contrib/logrotate/oktail");
        text = std::regex_replace(text, std::regex("/var/log/oktail/"), (dir_ / "out/").string());
        text = std::regex_replace(text, std::regex("systemctl reload oktail.service"), "sh " + (dir_ / "reload").string());
        std::ofstream(dir_ / "logrotate.conf") << text;
    }
    /// `told`: the daemon hears of it.
    void rotate(bool told) {
        std::ofstream(dir_ / "reload") << (told ? "kill -HUP " + std::to_string(daemon_.process().pid()) : "true") << '\n';
        Process logrotate(
            {"/usr/sbin/logrotate", "--force", "--state", (dir_ / "status").string(), (dir_ / "logrotate.conf").string()},
            {.out = {}, .err = dir_ / "logrotate.log"});
        ASSERT_EQ(logrotate.wait(seconds(20)), (Ending{0, std::nullopt})) << whole_file(dir_ / "logrotate.log");
    }
    /// What a reader has who reads the files as they were rotated, the oldest first, and the live one last.
    void gather() const {
        std::map<int, std::string, std::greater<>> rotated;
        for (const auto& entry : std::filesystem::directory_iterator(dir_ / "out")) {
            std::smatch found;
            const std::string name = entry.path().filename().string();
            if (!std::regex_match(name, found, std::regex("acme\\.ndjson\\.([0-9]+)(\\.gz)?"))) continue;
            std::string text = whole_file(entry.path());
            if (found[2].matched) {
                std::string unpacked;
                EXPECT_TRUE(make_unpacker(PackFormat::gzip)->unpack(text, unpacked));
                text = unpacked;
            }
            EXPECT_TRUE(text.ends_with('\n')) << name;
            rotated[std::stoi(found[1])] = text;
        }
        std::filesystem::create_directories(dir_ / "read");
        std::ofstream all(dir_ / "read/acme.ndjson");
        for (const auto& [number, text] : rotated) all << text;
        all << whole_file(live());
        EXPECT_GE(rotated.size(), 8U);
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", {"acme.okta.com,rate=1000,backlog=5000,limit=100000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(LogrotateTest, EveryEventIsInOneOfTheFilesOnce) {
    daemon_.add_tenant("acme.okta.com");
    write_config();
    for (int i = 0; i < 12; ++i) {
        daemon_.start();
        // In every other life not before the routes run.
        const std::string_view begun = i % 2 == 0 ? "oktail runs" : "the control socket listens";
        const auto is_ready = [&] { return live_bytes() > 0 && daemon_.log().find(begun) != std::string::npos; };
        ASSERT_TRUE(eventually(seconds(30), is_ready)) << daemon_.log();
        rotate(i % 3 != 0);
        // Killed soon after the renaming, a while after it, or not at all.
        if (i % 4 == 1) daemon_.process().wait(std::chrono::milliseconds(300));
        if (i % 4 == 2) {
            ASSERT_TRUE(eventually(seconds(30), [&] { return live_bytes() > 0; })) << daemon_.log();
        }
        if (i % 4 == 3) {
            ASSERT_EQ(daemon_.stop(), (Ending{0, std::nullopt})) << daemon_.log();
        } else {
            daemon_.kill();
        }
    }
    simulator_.control("POST", "/pause?org=acme.okta.com");
    daemon_.start();
    const auto truth = simulator_.truth("acme.okta.com");
    const auto complete = [&] {
        gather();
        return delivered_below(dir_ / "read").size() >= truth.size();
    };
    EXPECT_TRUE(eventually(seconds(30), complete)) << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));

    gather();
    EXPECT_EQ(differences(delivered_below(dir_ / "read"), truth), "");
}

}  // namespace
}  // namespace oktail
