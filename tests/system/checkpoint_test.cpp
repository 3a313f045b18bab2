// `oktail checkpoint` with the program as built: what it prints, what it refuses, and what the routes then do.

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const std::string org = "acme.okta.com";
const std::string other_org = "globex.okta.com";

using Events = std::vector<SimulatorProcess::Event>;

class CheckpointTest : public testing::Test {
protected:
    CheckpointTest() { daemon_.add_tenant(org); }

    bool delivered(std::size_t count) {
        return eventually(seconds(30), [&] { return delivered_below(dir_ / "out").size() >= count; });
    }
    void run_until(std::size_t count) {
        daemon_.start();
        EXPECT_TRUE(delivered(count)) << daemon_.log();
        EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    }
    int checkpoint(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {OKTAIL_BIN_DIR "/oktail", "checkpoint"});
        arguments.insert(arguments.end(), {"-c", daemon_.config_file().string()});
        Process process(std::move(arguments), {dir_ / "stdout", dir_ / "stderr"});
        return process.wait(seconds(20)).value_or(Ending{}).code.value_or(-1);
    }
    std::string text_of(const std::string& name) const {
        std::ifstream file(dir_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    boost::json::value printed() const { return boost::json::parse(text_of("stdout")); }
    void emit(int events) { simulator_.control("POST", "/emit?org=" + org + "&count=" + std::to_string(events)); }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",rate=0,backlog=2500", other_org + ",rate=0,backlog=10"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(CheckpointTest, RunningDaemonKeepsItsStateToItself) {
    daemon_.start();
    ASSERT_TRUE(delivered(2'500)) << daemon_.log();

    EXPECT_EQ(checkpoint({"list"}), 75);

    EXPECT_THAT(text_of("stderr"), HasSubstr("in use by another oktail (process " + std::to_string(daemon_.process().pid())));
    EXPECT_EQ(checkpoint({"rewind", "acme", "files", "--to", "earliest"}), 75);
    // But a copy of all of it can be had at any time.
    EXPECT_EQ(checkpoint({"export"}), 0) << text_of("stderr");
    EXPECT_EQ(printed().at("checkpoints").at(0).at("tenant"), "acme");
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
}

TEST_F(CheckpointTest, WithoutAStateNothingIsMade) {
    daemon_.write_config();

    EXPECT_EQ(checkpoint({"list"}), 78);

    EXPECT_THAT(text_of("stderr"), HasSubstr("holds no state"));
    EXPECT_FALSE(std::filesystem::exists(dir_ / "state"));
}

TEST_F(CheckpointTest, EveryRouteIsListedAndShown) {
    daemon_.add_tenant(other_org);
    run_until(2'510);

    EXPECT_EQ(checkpoint({"list"}), 0);
    EXPECT_THAT(text_of("stdout"), testing::StartsWith("TENANT  SINK   NEWEST EVENT"));
    EXPECT_THAT(text_of("stdout"), HasSubstr("\nglobex  files  20"));
    EXPECT_EQ(checkpoint({"list", "--json"}), 0);
    EXPECT_EQ(printed().as_array().size(), 2U);
    EXPECT_EQ(printed().at(0).at("tenant"), "acme");

    EXPECT_EQ(checkpoint({"show", "acme", "files"}), 0);
    EXPECT_THAT(text_of("stdout"), HasSubstr("after=(hidden)"));
    EXPECT_EQ(checkpoint({"show", "acme", "files", "--json", "--cursor"}), 0);
    EXPECT_EQ(printed().at("origin"), "https://acme.okta.com");
    EXPECT_THAT(text_of("stdout"), Not(HasSubstr("(hidden)")));
    EXPECT_EQ(checkpoint({"show", "acme", "siem"}), 64);
    EXPECT_THAT(text_of("stderr"), HasSubstr("acme/siem has no checkpoint"));

    EXPECT_EQ(checkpoint({"export"}), 0);
    EXPECT_EQ(printed().at("checkpoints").at(0).at("tail").as_array().size(), 1'000U);
}

TEST_F(CheckpointTest, LookingChangesNothing) {
    run_until(2'500);
    for (const char* command : {"list", "export"}) EXPECT_EQ(checkpoint({command}), 0);
    emit(300);

    run_until(2'800);

    EXPECT_EQ(differences(delivered_below(dir_ / "out"), simulator_.truth(org)), "");
}

TEST_F(CheckpointTest, RewoundRouteDeliversAgainFromThatTimeOn) {
    run_until(2'500);

    EXPECT_EQ(checkpoint({"rewind", "acme", "files", "--to", "-24h"}), 0);
    EXPECT_EQ(checkpoint({"rewind", "acme", "files", "--to", "earliest"}), 0);
    EXPECT_THAT(text_of("stderr"), HasSubstr("will be given to it again"));

    const Events once = simulator_.truth(org);
    run_until(2 * once.size());
    Events twice = once;
    twice.insert(twice.end(), once.begin(), once.end());
    EXPECT_EQ(delivered_below(dir_ / "out"), twice);
}

TEST_F(CheckpointTest, RewindingAfterAKillTearsNoFile) {
    daemon_.start();
    ASSERT_TRUE(delivered(1)) << daemon_.log();
    daemon_.kill();

    EXPECT_EQ(checkpoint({"rewind", "acme", "files", "--to", "earliest"}), 0) << text_of("stderr");

    // What was promised to the file before the kill comes first, then the whole log.
    const Events truth = simulator_.truth(org);
    daemon_.start();
    const auto ends_with_truth = [&] {
        const Events events = delivered_below(dir_ / "out");
        return events.size() >= truth.size() && std::equal(truth.rbegin(), truth.rend(), events.rbegin());
    };
    EXPECT_TRUE(eventually(seconds(30), ends_with_truth)) << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    const Events events = delivered_below(dir_ / "out");
    const auto before = events.size() - truth.size();
    EXPECT_GT(before, 0U);
    EXPECT_TRUE(std::equal(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(before), truth.begin()));
}

TEST_F(CheckpointTest, NobodyIsRewoundForward) {
    run_until(2'500);

    EXPECT_EQ(checkpoint({"rewind", "acme", "files", "--to", "2999-01-01T00:00:00Z"}), 64);
    EXPECT_THAT(text_of("stderr"), HasSubstr("would skip the events between"));
    EXPECT_EQ(checkpoint({"rewind", "acme", "siem", "--to", "-24h"}), 64);
    EXPECT_EQ(checkpoint({"rewind", "acme", "files", "--to", "yesterday"}), 64);
    emit(300);

    run_until(2'800);
    EXPECT_EQ(differences(delivered_below(dir_ / "out"), simulator_.truth(org)), "");
}

TEST_F(CheckpointTest, RestoredBackupRepeatsWhatCameSinceInTheNextFile) {
    run_until(2'500);
    std::filesystem::copy(dir_ / "state", dir_ / "backup", std::filesystem::copy_options::recursive);
    emit(300);
    run_until(2'800);
    std::filesystem::remove_all(dir_ / "state");
    std::filesystem::rename(dir_ / "backup", dir_ / "state");
    emit(100);

    run_until(3'200);

    const Events truth = simulator_.truth(org);
    Events expected(truth.begin(), truth.begin() + 2'800);
    expected.insert(expected.end(), truth.begin() + 2'500, truth.end());
    EXPECT_EQ(delivered_below(dir_ / "out"), expected);
}

TEST_F(CheckpointTest, RenamedTenantGoesOnWhereItWas) {
    run_until(2'500);
    std::filesystem::create_directories(dir_ / "state/dead-letters/acme");
    std::ofstream(dir_ / "state/dead-letters/acme/files.ndjson") << "{}\n";

    EXPECT_EQ(checkpoint({"rename", "acme", "initech"}), 0) << text_of("stderr");
    EXPECT_THAT(text_of("stderr"), HasSubstr("acme/files is now initech/files"));

    emit(300);
    daemon_.remove_tenants();
    daemon_.add_tenant(org, {}, "initech");
    run_until(2'800);
    EXPECT_EQ(differences(delivered_below(dir_ / "out"), simulator_.truth(org)), "");
    EXPECT_EQ(delivered_below(dir_ / "out/initech").size(), 300U);
    EXPECT_TRUE(std::filesystem::exists(dir_ / "state/dead-letters/initech/files.ndjson"));
}

TEST_F(CheckpointTest, RenamedSinkGoesOnInItsFile) {
    run_until(2'500);

    EXPECT_EQ(checkpoint({"rename", "acme/files", "acme/archive"}), 0) << text_of("stderr");

    emit(300);
    daemon_.sink_name = "archive";
    daemon_.remove_tenants();
    daemon_.add_tenant(org);
    run_until(2'800);
    EXPECT_EQ(differences(delivered_below(dir_ / "out"), simulator_.truth(org)), "");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_ / "out/acme"), {}), 1);
}

TEST_F(CheckpointTest, RenamingOverwritesNothing) {
    daemon_.add_tenant(other_org);
    run_until(2'510);

    EXPECT_EQ(checkpoint({"rename", "acme", "globex"}), 64);
    EXPECT_THAT(text_of("stderr"), HasSubstr("globex has a checkpoint already"));
    EXPECT_EQ(checkpoint({"rename", "initech", "hooli"}), 64);
    EXPECT_EQ(checkpoint({"rename", "acme", "Not A Name"}), 64);

    EXPECT_EQ(checkpoint({"list", "--json"}), 0);
    EXPECT_EQ(printed().as_array().size(), 2U);
}

}  // namespace
}  // namespace oktail
