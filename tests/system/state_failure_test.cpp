// The disk of the state fills up, fails, lies or is gone: the program stands still or ends, says why, and loses and repeats
// nothing (P12).

#include "support/daemon_process.hpp"
#include "support/disk_fault.hpp"
#include "support/small_disk.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

const std::string org = "acme.okta.com";
constexpr std::size_t megabyte = 1024 * 1024;

class StateFailureTest : public testing::Test {
protected:
    StateFailureTest() { daemon_.add_tenant(org); }

    void emit(std::size_t events) {
        simulator_.control("POST", "/emit?org=" + org + "&count=" + std::to_string(events));
        served_ += events;
    }
    std::size_t delivered() const {
        std::size_t lines = 0;
        std::error_code nothing_yet;
        for (const auto& entry : std::filesystem::directory_iterator(dir_ / "out/acme", nothing_yet)) {
            std::ifstream file(entry.path(), std::ios::binary);
            lines += static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
        }
        return lines;
    }
    /// A route that waits asks its disk once a minute at least.
    bool all_delivered() {
        return eventually(seconds(90), [&] { return delivered() >= served_; });
    }
    std::string differences_to_truth() const { return differences(delivered_below(dir_ / "out"), simulator_.truth(org)); }
    bool logged(const std::string& text) {
        return eventually(seconds(20), [&] { return daemon_.log().find(text) != std::string::npos; });
    }
    Ending ending() { return daemon_.process().wait(seconds(20)).value_or(Ending{}); }
    /// Runs until all is there, stops, and compares.
    void expect_exactly_the_truth() {
        EXPECT_TRUE(all_delivered()) << daemon_.log();
        EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
        EXPECT_EQ(differences_to_truth(), "");
    }
    void run_and_stop() {
        daemon_.start();
        expect_exactly_the_truth();
    }

    TempDir dir_;
    std::size_t served_ = 1'500;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=0,limit=100000,backlog=" + std::to_string(served_)}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(StateFailureTest, FullDiskStopsTheRouteUntilThereIsRoom) {
    const SmallDisk disk(dir_ / "state", 64 * megabyte);
    daemon_.start();
    ASSERT_TRUE(all_delivered()) << daemon_.log();
    disk.fill();

    emit(10'000);

    ASSERT_TRUE(logged("database or disk is full")) << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("free some space"));
    EXPECT_LT(delivered(), served_);
    EXPECT_TRUE(daemon_.process().running());
    disk.make_room();
    expect_exactly_the_truth();
}

TEST_F(StateFailureTest, ExceededQuotaIsAFullDisk) {
    const auto exceeded = dir_ / "exceeded";
    daemon_.environment = DiskFault::as_long_as(exceeded.string(), DiskFault::Call::write, EDQUOT);
    daemon_.start();
    ASSERT_TRUE(all_delivered()) << daemon_.log();
    const std::ofstream mark(exceeded);

    emit(2'000);

    ASSERT_TRUE(logged("Disk quota exceeded")) << daemon_.log();
    EXPECT_TRUE(daemon_.process().running());
    std::filesystem::remove(exceeded);
    expect_exactly_the_truth();
}

TEST_F(StateFailureTest, FullDiskAtTheStartIs75) {
    const SmallDisk disk(dir_ / "state", 4 * megabyte);
    run_and_stop();
    disk.fill();

    daemon_.start();

    EXPECT_EQ(ending(), (Ending{75, std::nullopt})) << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("free some space"));
    disk.make_room();
    emit(500);
    run_and_stop();
}

TEST_F(StateFailureTest, ReadOnlyDiskIs78) {
    const SmallDisk disk(dir_ / "state", 4 * megabyte);
    disk.make_read_only();

    daemon_.start();

    EXPECT_EQ(ending(), (Ending{78, std::nullopt})) << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("Read-only file system"));
    EXPECT_THAT(daemon_.log(), HasSubstr("must be able to write there"));
    EXPECT_EQ(delivered(), 0U);
}

TEST_F(StateFailureTest, DamagedDatabaseIs74AndSaysWhatToDo) {
    run_and_stop();
    std::fstream database(dir_ / "state" / "state.db", std::ios::in | std::ios::out | std::ios::binary);
    database.seekp(32 * 1024);
    database << std::string(64 * 1024, '\xff');
    database.close();
    const auto before = delivered();

    daemon_.start();

    EXPECT_EQ(ending(), (Ending{74, std::nullopt})) << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("restore the state directory from a backup"));
    EXPECT_EQ(delivered(), before);
}

TEST_F(StateFailureTest, MissingDatabaseIs78AndBeginsAnewOnlyWhenTold) {
    run_and_stop();
    std::filesystem::remove(dir_ / "state" / "state.db");

    daemon_.start();
    EXPECT_EQ(ending(), (Ending{78, std::nullopt})) << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("restore it from a backup, or remove"));

    std::filesystem::remove(dir_ / "state" / "initialized");
    daemon_.start();
    EXPECT_EQ(ending(), (Ending{78, std::nullopt})) << daemon_.log();
    EXPECT_THAT(daemon_.log(), HasSubstr("--accept-new-state"));
    EXPECT_EQ(differences_to_truth(), "");

    daemon_.arguments = {"--accept-new-state"};
    daemon_.start();
    const auto once = served_;
    EXPECT_TRUE(eventually(seconds(30), [&] { return delivered() >= 2 * once; })) << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));

    // Beside what was there, not into it.
    daemon_.arguments.clear();
    emit(100);
    daemon_.start();
    EXPECT_TRUE(eventually(seconds(30), [&] { return delivered() >= 2 * once + 100; })) << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    EXPECT_EQ(delivered(), 2 * once + 100);
}

/// Every call of a kind fails in a life of its own. Each life has something to do, and all of them together lose and repeat
/// nothing.
class FailedCallTest : public StateFailureTest, public testing::WithParamInterface<DiskFault::Call> {};

TEST_P(FailedCallTest, EndsWith74AndTheNextStartGoesOn) {
    constexpr int calls = 12;
    int ended = 0;
    for (int nth = 1; nth <= calls; ++nth) {
        emit(200);
        daemon_.environment = DiskFault::at(GetParam(), EIO, nth);
        daemon_.start();
        const auto over = [&] { return !daemon_.process().running() || delivered() >= served_; };
        ASSERT_TRUE(eventually(seconds(30), over)) << "call " << nth << "\n" << daemon_.log();
        // A call that did not come while there was something to do may come with the stop.
        if (daemon_.process().running()) daemon_.process().signal(SIGTERM);
        const Ending end = ending();
        if (end.code == 0) continue;
        ++ended;
        ASSERT_EQ(end, (Ending{74, std::nullopt})) << "call " << nth << "\n" << daemon_.log();
        ASSERT_THAT(daemon_.log(), HasSubstr("look at the disk and the kernel's log")) << "call " << nth;
    }
    EXPECT_GE(ended, 4) << "too few calls failed to say anything";

    daemon_.environment.clear();
    run_and_stop();
}

INSTANTIATE_TEST_SUITE_P(Of, FailedCallTest, testing::Values(DiskFault::Call::write, DiskFault::Call::flush),
                         [](const testing::TestParamInfo<DiskFault::Call>& tested) {
                             return tested.param == DiskFault::Call::write ? "Write" : "Flush";
                         });

}  // namespace
}  // namespace oktail
