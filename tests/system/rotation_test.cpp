// Secrets change while oktail runs, in all the ways in which people and their tools change files.

#include "support/daemon_process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace oktail {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string org = "acme.okta.com";
const std::string wrong = "wrong-secret";
const std::string right = "right-secret";

class RotationTest : public testing::Test {
protected:
    RotationTest() {
        simulator_.control("POST", "/secrets?org=" + org, right);
        fs::remove(secret_);
    }
    static void write(const fs::path& file, const std::string& secret, fs::perms more = fs::perms::none) {
        std::ofstream(file) << secret;
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write | more);
    }
    void start() {
        daemon_.add_tenant(org);
        daemon_.start();
    }
    bool logs(const std::string& text, milliseconds patience = seconds(20)) {
        return eventually(patience, [&] { return daemon_.log().find(text) != std::string::npos; });
    }
    /// Soon: the slow probes of a refused credential are minutes apart.
    bool heals() { return logs("access token granted", seconds(3)) && delivers(seconds(5)); }
    bool delivers(milliseconds patience) {
        return eventually(patience, [&] { return delivered_below(dir_ / "out").size() >= 100; });
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator", {org + ",backlog=100,limit=100000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
    fs::path secret_ = simulator_.org(org).secret_file;
};

TEST_F(RotationTest, RefusedSecretHealsWhenItIsWrittenInPlace) {
    write(secret_, wrong);
    start();
    ASSERT_TRUE(logs("no access token"));

    write(secret_, right);

    EXPECT_TRUE(heals()) << daemon_.log();
}

TEST_F(RotationTest, RefusedSecretHealsWhenItIsRenamedOver) {
    write(secret_, wrong);
    start();
    ASSERT_TRUE(logs("no access token"));

    write(secret_.string() + ".new", right);
    fs::rename(secret_.string() + ".new", secret_);

    EXPECT_TRUE(heals()) << daemon_.log();
}

TEST_F(RotationTest, RefusedSecretHealsWhenItsLinkIsSwapped) {
    const fs::path folder = secret_.parent_path();
    fs::create_directories(folder / "..v1");
    fs::create_directories(folder / "..v2");
    write(folder / "..v1" / "secret", wrong);
    write(folder / "..v2" / "secret", right);
    fs::create_directory_symlink("..v1", folder / "..data");
    fs::create_symlink("..data/secret", secret_);
    start();
    ASSERT_TRUE(logs("no access token"));

    fs::create_directory_symlink("..v2", folder / "..data_tmp");
    fs::rename(folder / "..data_tmp", folder / "..data");

    EXPECT_TRUE(heals()) << daemon_.log();
}

TEST_F(RotationTest, SecretThatWasRefusedForLongHealsAsSoon) {
    write(secret_, wrong);
    start();
    ASSERT_TRUE(logs("no access token"));
    ASSERT_FALSE(delivers(seconds(12))) << "the routes wait longer and longer";

    write(secret_, right);

    EXPECT_TRUE(delivers(milliseconds(2'500))) << daemon_.log();
}

TEST_F(RotationTest, MissingSecretHealsWhenItComes) {
    start();
    ASSERT_TRUE(logs("no access token"));

    write(secret_, right);

    EXPECT_TRUE(heals()) << daemon_.log();
}

TEST_F(RotationTest, SecretOpenToAllHealsWhenItIsClosed) {
    write(secret_, right, fs::perms::others_read);
    start();
    ASSERT_TRUE(logs("no access token"));

    fs::permissions(secret_, fs::perms::owner_read);

    EXPECT_TRUE(heals()) << daemon_.log();
}

TEST_F(RotationTest, NewSecretIsTriedWhileTheOldTokenServes) {
    write(secret_, right);
    start();
    ASSERT_TRUE(logs("access token granted"));
    ASSERT_TRUE(delivers(seconds(20)));

    write(secret_, wrong);

    EXPECT_TRUE(logs("no access token", seconds(3))) << "a mistake is known long before the token ends";
    simulator_.control("POST", "/emit?org=" + org + "&count=10");
    EXPECT_TRUE(eventually(seconds(5), [&] { return delivered_below(dir_ / "out").size() == 110; })) << daemon_.log();
}

}  // namespace
}  // namespace oktail
