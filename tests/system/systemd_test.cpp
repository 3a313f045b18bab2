// The daemon as systemd/oktail.service starts it, as far as this machine lets a test do it (as_unit.py).

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

#include <fstream>
#include <sstream>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string org = "acme.okta.com";
constexpr uid_t user = 64321;  // as_unit.py's

class SystemdTest : public testing::Test {
protected:
    SystemdTest() {
        std::filesystem::create_directory(dir_ / "state");
        std::filesystem::create_directory(dir_ / "out");
        std::filesystem::permissions(dir_ / "state", std::filesystem::perms::owner_all);
        write_unit();
        daemon_.launcher = {OKTAIL_AS_UNIT, dir_ / "oktail.service", dir_ / "state", dir_ / "out", "--"};
        daemon_.okta_host = "localhost";  // so that names are looked up
        daemon_.add_tenant(org);
    }

    /// `more`: lines behind the real ones.
    void write_unit(const std::string& more = {}) {
        std::ofstream(dir_ / "oktail.service") << std::ifstream(OKTAIL_UNIT).rdbuf() << more;
    }
    void start() {
        daemon_.write_config();
        if (::geteuid() == 0) give_all_away();
        daemon_.start();
    }
    bool delivered() {
        return eventually(seconds(30), [&] { return delivered_below(dir_ / "out").size() >= 2'600; });
    }
    bool runs() {
        return eventually(seconds(20), [&] { return daemon_.log().find("oktail runs") != std::string::npos; });
    }
    /// Whether as_unit.py could not do that part on this machine.
    bool not_tested(const std::string& part) const {
        const std::string log = daemon_.log();
        const auto at = log.find("as_unit: not tested here: ");
        return at != std::string::npos && log.substr(at, log.find('\n', at) - at).find(part) != std::string::npos;
    }

    std::ifstream about(const std::string& file) {
        return std::ifstream("/proc/" + std::to_string(daemon_.process().pid()) + "/" + file);
    }
    /// The words behind a name in /proc/PID/status.
    std::vector<std::string> status(const std::string& name) {
        std::ifstream file = about("status");
        for (std::string line; std::getline(file, line);)
            if (line.starts_with(name + ":")) {
                std::istringstream words(line.substr(name.size() + 1));
                return {std::istream_iterator<std::string>(words), {}};
            }
        return {};
    }
    /// Where the mounts are whose options do not begin with `option`.
    std::vector<std::string> mounts_without(const std::string& option) {
        std::vector<std::string> places;
        std::ifstream file = about("mountinfo");
        for (std::string line; std::getline(file, line);) {
            std::istringstream words(line);
            const std::vector<std::string> word{std::istream_iterator<std::string>(words), {}};
            if (!(word[5] + ',').starts_with(option + ',')) places.push_back(word[4]);
        }
        return places;
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=50,backlog=2500,limit=100000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};

private:
    void give_all_away() {
        EXPECT_EQ(::chown(dir_.path().c_str(), user, user), 0);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_.path()))
            EXPECT_EQ(::lchown(entry.path().c_str(), user, user), 0);
    }
};

TEST_F(SystemdTest, DeliversAndStopsCleanly) {
    start();
    ASSERT_TRUE(delivered()) << daemon_.log();

    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));

    const auto truth = simulator_.truth(org);
    const auto events = delivered_below(dir_ / "out");
    EXPECT_EQ(differences(events, {truth.begin(), truth.begin() + static_cast<std::ptrdiff_t>(events.size())}), "");
}

TEST_F(SystemdTest, HasNoCapabilityAndTheFiltersOfTheUnit) {
    start();
    ASSERT_TRUE(runs()) << daemon_.log();

    EXPECT_THAT(status("CapEff"), ElementsAre("0000000000000000"));
    EXPECT_THAT(status("CapPrm"), ElementsAre("0000000000000000"));
    EXPECT_THAT(status("NoNewPrivs"), ElementsAre("1"));
    EXPECT_THAT(status("Seccomp"), ElementsAre("2"));
    EXPECT_THAT(status("Seccomp_filters"), ElementsAre("2"));
}

// Where a machine does not allow the next two, they show as skipped; what the others claim holds all the same.

TEST_F(SystemdTest, IsAnotherUser) {
    start();
    ASSERT_TRUE(runs()) << daemon_.log();
    if (not_tested("user")) GTEST_SKIP() << daemon_.log().substr(0, 200);

    EXPECT_THAT(status("Uid"), ElementsAre("64321", "64321", "64321", "64321"));
    EXPECT_THAT(status("Gid"), ElementsAre("64321", "64321", "64321", "64321"));
    EXPECT_THAT(status("Groups"), IsEmpty());
    EXPECT_THAT(status("CapBnd"), ElementsAre("0000000000000000"));
}

TEST_F(SystemdTest, WritesOnlyToItsDirectories) {
    start();
    ASSERT_TRUE(runs()) << daemon_.log();
    if (not_tested("mounts")) GTEST_SKIP() << daemon_.log().substr(0, 200);

    EXPECT_THAT(mounts_without("ro"), UnorderedElementsAre(dir_ / "state", dir_ / "out"));
}

TEST_F(SystemdTest, FailsWithoutACallThatItNeeds) {
    write_unit("SystemCallFilter=~fdatasync\n");

    start();

    EXPECT_EQ(daemon_.process().wait(seconds(20)), (Ending{74, std::nullopt})) << daemon_.log();
}

}  // namespace
}  // namespace oktail
