// A file system that a program serves (bindfs): files there cannot be exactly once, and the daemon says so instead of
// pretending. When that program stands still, so do the writers of the files, and nobody else.

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <csignal>
#include <optional>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

const std::string org = "acme.okta.com";

class NetworkFileSystemTest : public testing::Test {
protected:
    ~NetworkFileSystemTest() override {
        if (served_) ::umount2(mount_.c_str(), MNT_DETACH);
    }

    void SetUp() override {
        if (::geteuid() != 0 || ::access("/dev/fuse", W_OK) != 0) GTEST_SKIP() << "mounting needs root and /dev/fuse";
        std::filesystem::create_directories(mount_);
        std::filesystem::create_directories(dir_ / "disk");
        const auto before = kind_of_mount();
        served_.emplace(std::vector<std::string>{"/usr/bin/bindfs", "-f", dir_ / "disk", mount_},
                        Process::Files{dir_ / "bindfs.log", dir_ / "bindfs.log"});
        ASSERT_TRUE(eventually(seconds(10), [&] { return kind_of_mount() != before; }));
    }
    long kind_of_mount() const {
        struct statfs found{};
        return ::statfs(mount_.c_str(), &found) == 0 ? found.f_type : 0;
    }

    TempDir dir_;
    std::filesystem::path mount_ = dir_ / "out";
    std::optional<Process> served_;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=0,backlog=100"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(NetworkFileSystemTest, IsRefusedExactlyOnceAndWrittenAtLeastOnce) {
    daemon_.add_tenant(org);
    daemon_.start();
    EXPECT_TRUE(eventually(seconds(20), [&] { return daemon_.log().find("is on FUSE") != std::string::npos; }))
        << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("delivery: at_least_once"));
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    EXPECT_EQ(bytes_below(mount_), 0U);

    daemon_.sink.emplace_back("delivery: at_least_once");
    daemon_.start();
    EXPECT_TRUE(eventually(seconds(20), [&] { return delivered_below(mount_).size() == 100; })) << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
}

TEST_F(NetworkFileSystemTest, StateThereIsWarnedOf) {
    daemon_.add_tenant(org);
    daemon_.state_dir = mount_ / "state";
    std::filesystem::create_directory(daemon_.state_dir);
    std::filesystem::permissions(daemon_.state_dir, std::filesystem::perms::owner_all);
    daemon_.start();

    EXPECT_TRUE(eventually(seconds(20), [&] { return daemon_.log().find("file_system=FUSE") != std::string::npos; }))
        << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
}

TEST_F(NetworkFileSystemTest, SinkOnAHungMountIsLetGoByAReload) {
    daemon_.sink.emplace_back("delivery: at_least_once");
    daemon_.more_sinks["local"] = {"type: file", "path: " + (dir_ / "local").string() + "/{tenant}/%Y.ndjson"};
    daemon_.add_tenant(org);
    daemon_.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return delivered_below(mount_).size() == 100; })) << daemon_.log();
    served_->signal(SIGSTOP);
    simulator_.control("POST", "/emit?org=" + org + "&count=50");
    EXPECT_TRUE(eventually(seconds(20), [&] { return delivered_below(dir_ / "local").size() == 150; })) << daemon_.log();

    daemon_.sink = {"type: stdout"};
    daemon_.write_config();
    Process reload({OKTAIL_BIN_DIR "/oktail", "reload", "-c", daemon_.config_file().string()});
    EXPECT_EQ(reload.wait(seconds(40)), (Ending{0, std::nullopt})) << daemon_.log();

    simulator_.control("POST", "/emit?org=" + org + "&count=50");
    EXPECT_TRUE(eventually(seconds(20), [&] { return delivered_below(dir_ / "local").size() == 200; })) << daemon_.log();
    served_->signal(SIGCONT);
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
}

}  // namespace
}  // namespace oktail
