// The real program dies at random moments; what it wrote is compared with what the simulator served, event by event.

#include "compression/packer.hpp"
#include "support/daemon_process.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <gtest/gtest.h>

#include <random>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class KillTest : public testing::Test {
protected:
    /// Kills and starts again, `kills` times, each after a moment of up to `most`.
    void kill_at_random(DaemonProcess& daemon, int kills, milliseconds most) {
        std::mt19937 random(seed());
        std::uniform_int_distribution<int> moment(1, static_cast<int>(most.count()));
        std::uintmax_t written = 0;
        int lives_that_wrote = 0;
        for (int i = 0; i < kills; ++i) {
            daemon.start();
            // Every other life may begin its work, however slow the machine is; the rest may die in their recovery.
            if (i % 2 == 1) {
                ASSERT_TRUE(eventually(seconds(30), [&] { return daemon.log().find("page fetched") != std::string::npos; }))
                    << daemon.log();
            }
            // And every fourth writes, so that the test cannot come to nothing.
            if (i % 4 == 1) {
                ASSERT_TRUE(eventually(seconds(30), [&] { return bytes_below(daemon.dir() / "out") > written; }))
                    << daemon.log();
            }
            const auto ending = daemon.process().wait(milliseconds(moment(random)));
            ASSERT_FALSE(ending) << "it ended by itself:\n" << daemon.log();
            daemon.kill();
            const auto now = bytes_below(daemon.dir() / "out");
            if (now > written) ++lives_that_wrote;
            written = now;
        }
        EXPECT_GE(lives_that_wrote, kills / 4) << "too many lives ended before they did anything";
    }
    /// Runs until all is delivered, and stops cleanly.
    void run_to_the_end(DaemonProcess& daemon, const SimulatorProcess& simulator, const std::vector<std::string>& orgs) {
        for (const std::string& org : orgs) simulator.control("POST", "/pause?org=" + org);
        std::size_t all = 0;
        for (const std::string& org : orgs) all += simulator.truth(org).size();
        daemon.start();
        const bool complete = eventually(seconds(60), [&] { return delivered_below(daemon.dir() / "out").size() >= all; });
        EXPECT_TRUE(complete) << daemon.log();
        EXPECT_EQ(daemon.stop(), (Ending{0, std::nullopt}));
    }

    TempDir dir_;
};

TEST_F(KillTest, OneTenantIsDeliveredExactlyOnceInOrder) {
    const std::string org = "acme.okta.com";
    SimulatorProcess simulator(dir_ / "simulator", {org + ",rate=2000,backlog=60000,limit=100000"});
    DaemonProcess daemon(dir_.path(), simulator);
    daemon.add_tenant(org);

    kill_at_random(daemon, 60, milliseconds(500));
    run_to_the_end(daemon, simulator, {org});

    EXPECT_EQ(differences(delivered_below(dir_ / "out"), simulator.truth(org)), "");
}

TEST_F(KillTest, ManyTenantsInOneFileAreDeliveredExactlyOnceInOrder) {
    std::vector<std::string> orgs;
    std::vector<std::string> options;
    for (int i = 0; i < 8; ++i) {
        orgs.push_back("org" + std::to_string(i) + ".okta.com");
        options.push_back(orgs.back() + ",rate=200,backlog=5000,limit=100000");
    }
    SimulatorProcess simulator(dir_ / "simulator", options);
    DaemonProcess daemon(dir_.path(), simulator);
    daemon.sink = {"type: file", "path: " + (dir_ / "out/all-%Y.ndjson").string()};
    for (const std::string& org : orgs) daemon.add_tenant(org);

    kill_at_random(daemon, 50, milliseconds(600));
    run_to_the_end(daemon, simulator, orgs);

    const auto all = delivered_below(dir_ / "out");
    std::size_t total = 0;
    for (const std::string& org : orgs) {
        const auto truth = simulator.truth(org);
        EXPECT_EQ(differences(of_org(all, truth), truth), "") << org;
        total += truth.size();
    }
    EXPECT_EQ(all.size(), total);
}

TEST_F(KillTest, FilesThatEndByTheirSizeAndArePackedHoldEverythingOnce) {
    const std::string org = "acme.okta.com";
    SimulatorProcess simulator(dir_ / "simulator", {org + ",rate=1000,backlog=30000,limit=100000"});
    DaemonProcess daemon(dir_.path(), simulator);
    daemon.sink.emplace_back("rotate: {size: 4MiB, compress: zstd}");
    daemon.add_tenant(org);

    kill_at_random(daemon, 30, milliseconds(500));
    run_to_the_end(daemon, simulator, {org});

    EXPECT_EQ(differences(delivered_below(dir_ / "out"), simulator.truth(org)), "");
    int packed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir_ / "out/acme")) {
        if (entry.path().extension() != ".zst") continue;
        ++packed;
        std::string text;
        const auto unpacker = make_unpacker(PackFormat::zstd);
        EXPECT_TRUE(unpacker->unpack(whole_file(entry.path()), text) && unpacker->is_whole());
        EXPECT_TRUE(text == whole_file(std::filesystem::path(entry.path()).replace_extension())) << entry.path();
    }
    EXPECT_GE(packed, 5) << "each start packs what the life before has finished";
}

TEST_F(KillTest, NewRouteKilledWhileNothingHappensLosesNothing) {
    const std::string org = "acme.okta.com";
    SimulatorProcess simulator(dir_ / "simulator", {org + ",rate=0,backlog=100,limit=100000"});
    DaemonProcess daemon(dir_.path(), simulator);
    daemon.add_tenant(org, "    start: now\n");
    const auto before = simulator.truth(org).size();
    daemon.start();
    ASSERT_TRUE(eventually(seconds(20), [&] { return daemon.log().find("route started") != std::string::npos; }))
        << daemon.log();
    daemon.kill();
    simulator.control("POST", "/emit?org=" + org + "&count=250");

    daemon.start();

    const bool complete = eventually(seconds(30), [&] { return delivered_below(dir_ / "out").size() >= 250; });
    EXPECT_TRUE(complete) << daemon.log();
    auto truth = simulator.truth(org);
    truth.erase(truth.begin(), truth.begin() + static_cast<std::ptrdiff_t>(before));
    EXPECT_EQ(differences(of_org(delivered_below(dir_ / "out"), truth), truth), "");
    daemon.stop();
}

}  // namespace
}  // namespace oktail
