// `oktail dead-letters` with the program as built: events too large for a sink are set aside, and taken when it is allowed
// more.

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

const std::string org = "acme.okta.com";
constexpr std::size_t events = 300;
constexpr std::size_t huge_every = 50;
constexpr std::size_t huge = events / huge_every;

class DeadLettersTest : public testing::Test {
protected:
    DeadLettersTest() { allow("64KiB"); }

    /// The largest event that the tenant may have.
    void allow(const std::string& size) {
        daemon_.remove_tenants();
        daemon_.add_tenant(org, "    max_event: " + size + '\n');
        daemon_.write_config();
    }
    bool delivered(std::size_t count) {
        return eventually(seconds(30), [&] { return delivered_below(dir_ / "out").size() == count; });
    }
    std::string text_of(const std::string& name) const {
        std::ifstream file(dir_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    int oktail(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), OKTAIL_BIN_DIR "/oktail");
        arguments.insert(arguments.end(), {"-c", daemon_.config_file().string()});
        Process process(std::move(arguments), {dir_ / "stdout", dir_ / "stderr"});
        return process.wait(seconds(60)).value_or(Ending{}).code.value_or(-1);
    }
    int replay() { return oktail({"dead-letters", "replay", "acme", "files"}); }
    std::size_t letters() {
        EXPECT_EQ(oktail({"dead-letters", "list", "--json"}), 0) << text_of("stderr");
        const auto all = boost::json::parse(text_of("stdout"));
        return all.as_array().empty() ? 0 : all.at(0).at("letters").to_number<std::size_t>();
    }

    TempDir dir_;
    SimulatorProcess simulator_{
        dir_ / "simulator",
        {org + ",rate=0,limit=100000,backlog=" + std::to_string(events) + ",huge=" + std::to_string(huge_every)}};
    DaemonProcess daemon_{dir_.path(), simulator_};
};

TEST_F(DeadLettersTest, AreListedAndOfferedAgain) {
    daemon_.start();
    ASSERT_TRUE(delivered(events - huge)) << daemon_.log();
    EXPECT_EQ(letters(), huge);
    EXPECT_EQ(oktail({"dead-letters", "list"}), 0);
    EXPECT_THAT(text_of("stdout"), StartsWith("TENANT  SINK   LETTERS  BYTES"));
    EXPECT_THAT(text_of("stdout"), HasSubstr("larger than max_event"));

    // Nothing has changed: they stay.
    EXPECT_EQ(replay(), 0) << text_of("stderr");
    EXPECT_EQ(text_of("stdout"), "acme/files: 0 delivered, 6 refused again\n");
    EXPECT_EQ(letters(), huge);

    allow("1MiB");
    ASSERT_EQ(oktail({"reload"}), 0) << text_of("stderr");
    EXPECT_EQ(replay(), 0) << text_of("stderr");
    EXPECT_EQ(text_of("stdout"), "acme/files: 6 delivered, 0 refused again\n");
    EXPECT_EQ(letters(), 0U);

    // The route goes on behind where it was, and every event is there once.
    simulator_.control("POST", "/emit?org=" + org + "&count=10");
    ASSERT_TRUE(delivered(events + 10)) << daemon_.log();
    EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
    auto there = delivered_below(dir_ / "out");
    auto truth = simulator_.truth(org);
    std::ranges::sort(there, {}, &SimulatorProcess::Event::uuid);
    std::ranges::sort(truth, {}, &SimulatorProcess::Event::uuid);
    EXPECT_EQ(there, truth);
}

TEST_F(DeadLettersTest, WithoutADaemonTheyAreListedOnly) {
    EXPECT_EQ(oktail({"dead-letters", "list"}), 0);
    EXPECT_EQ(text_of("stdout"), "no dead letters\n");

    EXPECT_EQ(replay(), 69);
    EXPECT_THAT(text_of("stderr"), StartsWith("oktail: no daemon answers at "));
}

TEST_F(DeadLettersTest, RouteThatIsNotThereIsNamed) {
    daemon_.start();
    ASSERT_TRUE(delivered(events - huge)) << daemon_.log();

    EXPECT_EQ(oktail({"dead-letters", "replay", "acme", "siem"}), 64);

    EXPECT_THAT(text_of("stderr"), HasSubstr("no tenant acme with a sink siem runs"));
}

}  // namespace
}  // namespace oktail
