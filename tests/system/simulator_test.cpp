#include "support/simulator_process.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace oktail {
namespace {

TEST(SimulatorProcess, KnowsTheTruthAboutEachOrg) {
    TempDir dir;
    SimulatorProcess simulator(dir.path(), {"acme.okta.com,rate=0,backlog=30", "globex.okta.com,rate=0,backlog=5"});

    const auto acme = simulator.truth("acme.okta.com");

    std::set<std::string> uuids;
    for (const auto& event : acme) uuids.insert(event.uuid);
    EXPECT_EQ(uuids.size(), 30u);
    EXPECT_EQ(acme.front().sha256.size(), 64u);
    EXPECT_EQ(simulator.truth("acme.okta.com"), acme);
    EXPECT_EQ(simulator.truth("globex.okta.com").size(), 5u);
}

TEST(SimulatorProcess, HandsOutCredentialsThatOthersCannotRead) {
    TempDir dir;
    SimulatorProcess simulator(dir.path(), {"acme.okta.com,rate=0,backlog=1"});

    const auto& secret_file = simulator.org("acme.okta.com").secret_file;

    EXPECT_EQ(std::filesystem::status(secret_file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_TRUE(std::filesystem::exists(simulator.ca_file()));
    EXPECT_FALSE(simulator.org("acme.okta.com").client_id.empty());
}

TEST(SimulatorProcess, HandsOutTheClientIdsOfTheComposeFile) {
    TempDir dir;
    std::ifstream file(OKTAIL_SOURCE_DIR "/config/oktail.compose.yaml");
    const std::string configuration{std::istreambuf_iterator<char>(file), {}};

    SimulatorProcess simulator(dir.path(), {"acme.okta.com", "globex.okta.com", "initech.okta.com"});

    EXPECT_THAT(configuration, testing::AllOf(testing::HasSubstr(simulator.org("acme.okta.com").client_id),
                                              testing::HasSubstr(simulator.org("globex.okta.com").client_id),
                                              testing::HasSubstr(simulator.org("initech.okta.com").client_id)));
}

TEST(SimulatorProcess, SaysWhyItDoesNotStart) {
    TempDir dir;

    try {
        SimulatorProcess simulator(dir.path(), {"acme.okta.com,no_such_option=1"});
        FAIL() << "started";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("no_such_option"));
    }
}

}  // namespace
}  // namespace oktail
