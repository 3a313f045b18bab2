#include "config/secret_file.hpp"
#include "unit/config/config_text.hpp"
#include "unit/config/scratch_dir.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

class SecretFileTest : public testing::Test {
protected:
    /// The error without the directory's name.
    std::string error_of(const std::string& path) const {
        const auto secret = read_secret(path);
        if (secret) return "";
        EXPECT_EQ(secret.error().kind(), ErrorKind::unauthorized);
        return secret.error().what().substr(dir_.path("").size());
    }
    std::string text_of(const std::string& written) const {
        const auto secret = read_secret(dir_.write("s", written));
        return secret ? std::string(secret->reveal()) : secret.error().what();
    }

    ScratchDir dir_;
};

TEST_F(SecretFileTest, OneLineEndIsNoPartOfIt) {
    EXPECT_EQ(text_of("abc"), "abc");
    EXPECT_EQ(text_of("abc\n"), "abc");
    EXPECT_EQ(text_of("abc\r\n"), "abc");
    EXPECT_EQ(text_of("abc\n\n"), "abc\n");
    EXPECT_EQ(text_of(" abc "), " abc ");
    EXPECT_EQ(text_of(std::string(64 * 1024, 'x')).size(), 64u * 1024);
}

TEST_F(SecretFileTest, OwnerAndGroupMayReadIt) {
    EXPECT_EQ(error_of(dir_.write("s", "x", 0600)), "");
    EXPECT_EQ(error_of(dir_.write("s", "x", 0640)), "");
    EXPECT_EQ(error_of(dir_.write("s", "x", 0400)), "");
}

TEST_F(SecretFileTest, OthersMayNotTouchIt) {
    const std::string problem = "s is open to every user; chmod 0600, or 0640 for a group";
    EXPECT_EQ(error_of(dir_.write("s", "x", 0644)), problem);
    EXPECT_EQ(error_of(dir_.write("s", "x", 0602)), problem);
}

TEST_F(SecretFileTest, SaysWhatIsWrong) {
    EXPECT_EQ(error_of(dir_.path("none")), "none cannot be read (No such file or directory); put the secret there");
    EXPECT_EQ(error_of(dir_.write("s", "")), "s is empty; put the secret there");
    EXPECT_EQ(error_of(dir_.write("s", "\n")), "s is empty; put the secret there");
    EXPECT_EQ(error_of(dir_.write("s", std::string(64 * 1024 + 1, 'x'))),
              "s is larger than 64 KiB; name the file that holds the secret alone");
    EXPECT_EQ(error_of(dir_.path("")), " is no regular file; name the file that holds the secret");
}

TEST_F(SecretFileTest, APipeDoesNotHang) {
    ASSERT_EQ(::mkfifo(dir_.path("p").c_str(), 0600), 0);
    EXPECT_EQ(error_of(dir_.path("p")), "p is no regular file; name the file that holds the secret");
}

TEST_F(SecretFileTest, CredentialsOfSystemdHaveTheFirstSay) {
    dir_.write("credentials/acme.secret", "x");
    const Environment systemd = environment_of({{"CREDENTIALS_DIRECTORY", dir_.path("credentials")}});
    const ConfigPlace place(std::make_shared<const std::string>("/etc/oktail/tenants.d/acme.yaml"), 1, 1);

    EXPECT_EQ(find_secret("acme.secret", place, systemd), dir_.path("credentials/acme.secret"));
    EXPECT_EQ(find_secret("./acme.secret", place, systemd), "/etc/oktail/tenants.d/acme.secret");
    EXPECT_EQ(find_secret("other.secret", place, systemd), "/etc/oktail/tenants.d/other.secret");
    EXPECT_EQ(find_secret("acme.secret", place, environment_of()), "/etc/oktail/tenants.d/acme.secret");
    EXPECT_EQ(find_secret("/run/secrets/acme", place, systemd), "/run/secrets/acme");
}

TEST_F(SecretFileTest, CredentialsOfAWholeFolderHaveItsIdInFront) {
    dir_.write("credentials/oktail_acme.secret", "x");
    dir_.write("credentials/oktail_x_globex.secret", "x");
    dir_.write("credentials/xinitech.secret", "x");
    dir_.write("credentials/b_umbrella.secret", "x");
    dir_.write("credentials/a_umbrella.secret", "x");
    const Environment systemd = environment_of({{"CREDENTIALS_DIRECTORY", dir_.path("credentials")}});
    const ConfigPlace place(std::make_shared<const std::string>("/etc/oktail/oktail.yaml"), 1, 1);

    EXPECT_EQ(find_secret("acme.secret", place, systemd), dir_.path("credentials/oktail_acme.secret"));
    EXPECT_EQ(find_secret("x_globex.secret", place, systemd), dir_.path("credentials/oktail_x_globex.secret"));
    EXPECT_EQ(find_secret("globex.secret", place, systemd), "/etc/oktail/globex.secret") << "another tenant's";
    EXPECT_EQ(find_secret("initech.secret", place, systemd), "/etc/oktail/initech.secret");
    EXPECT_EQ(find_secret("umbrella.secret", place, systemd), dir_.path("credentials/a_umbrella.secret"));

    dir_.write("credentials/acme.secret", "x");
    EXPECT_EQ(find_secret("acme.secret", place, systemd), dir_.path("credentials/acme.secret"));
}

}  // namespace
}  // namespace oktail
