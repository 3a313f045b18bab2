#include "unit/config/config_text.hpp"
#include "unit/config/scratch_dir.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

class ConfigFilesTest : public testing::Test {
protected:
    LoadedConfig load(const std::string& main) const {
        return load_config(dir_.write("oktail.yaml", main), environment_of(), all_types());
    }
    /// Without the directory's name.
    std::string shortened(std::string text) const {
        const std::string directory = dir_.path("");
        for (auto at = text.find(directory); at != std::string::npos; at = text.find(directory))
            text.erase(at, directory.size());
        return text;
    }
    std::string problems_of(const std::string& main) const { return shortened(load(main).problems.text()); }

    static std::string tenant(const std::string& name) {
        return "tenants:\n  - {name: " + name + ", domain: " + name +
               ".okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [" + name +
               ".secret]}, sinks: [screen]}\n";
    }

    const std::string screen_ = "sinks: {screen: {type: stdout}}\n";
    ScratchDir dir_;
};

TEST_F(ConfigFilesTest, TenantsAndSinksOfIncludedFilesComeAfterThoseOfTheMainFile) {
    dir_.write("tenants.d/2.yaml", tenant("b"));
    dir_.write("tenants.d/1.yaml", tenant("c") + "sinks: {more: {type: file, path: /srv/x}}\n");
    dir_.write("tenants.d/3.yaml~", "not yaml: [");

    const LoadedConfig loaded = load("include: [tenants.d/*.yaml]\n" + tenant("a") + screen_);

    ASSERT_EQ(loaded.problems.text(), "");
    ASSERT_EQ(loaded.config->tenants.size(), 3u);
    EXPECT_EQ(loaded.config->tenants[0].name, "a");
    EXPECT_EQ(loaded.config->tenants[1].name, "c");
    EXPECT_EQ(loaded.config->tenants[2].name, "b");
    EXPECT_EQ(loaded.config->sinks.size(), 2u);
    EXPECT_EQ(loaded.config->tenants[1].auth.client_secret_files[0], dir_.path("tenants.d/c.secret"));
}

TEST_F(ConfigFilesTest, DefaultsReachIncludedTenants) {
    dir_.write("a.yaml", tenant("a"));

    const LoadedConfig loaded = load("include: [a.yaml]\ndefaults: {max_event: 2MiB}\n" + screen_);

    ASSERT_TRUE(loaded.config);
    EXPECT_EQ(loaded.config->tenants[0].max_event, 2u * 1024 * 1024);
}

TEST_F(ConfigFilesTest, APatternMayMatchNothing) { EXPECT_EQ(problems_of("include: [tenants.d/*.yaml, '*.none']\n"), ""); }

TEST_F(ConfigFilesTest, AFileMayMatchTwiceAndTheMainFileToo) {
    dir_.write("a.yaml", tenant("a"));
    EXPECT_EQ(problems_of("include: ['*.yaml', a.yaml]\n" + screen_), "");
}

TEST_F(ConfigFilesTest, ANamedFileMustBeThere) {
    EXPECT_EQ(problems_of("include: [acme.yaml]\n"),
              "oktail.yaml:1:11: include[0]: there is no such file; correct the name, or write a pattern with *, which may "
              "match nothing\n");
}

TEST_F(ConfigFilesTest, IncludedFilesHoldTenantsAndSinksOnly) {
    dir_.write("a.yaml", "log: {level: debug}\ntennants: []\nsinks: []\n");
    dir_.write("b.yaml", "- name: b\n");
    EXPECT_EQ(problems_of("include: [a.yaml, b.yaml]\n"),
              "a.yaml:1:1: log: unknown key; known here: tenants, sinks\n"
              "a.yaml:2:1: tennants: unknown key; did you mean tenants?\n"
              "a.yaml:3:8: sinks: must be a map; write its keys below it, indented, each with a colon\n"
              "b.yaml:1:1: must be a map; begin it with tenants: or sinks:\n");
}

TEST_F(ConfigFilesTest, ProblemsOfIncludedFilesNameThem) {
    dir_.write("t/a.yaml", tenant("a") + "sinks: {screen: {type: file, path: /srv/x}}\n");
    dir_.write("t/b.yaml", tenant("a"));
    EXPECT_EQ(problems_of("include: [t/*.yaml]\n" + screen_),
              "t/a.yaml:3:9: sinks.screen: a sink of this name stands elsewhere too: oktail.yaml:2:9; rename one, or keep one\n"
              "t/b.yaml:2:12: tenants[0].name: \"a\" is the name of another tenant too: t/a.yaml:2:12; give each its own; "
              "state and labels go by it\n"
              "t/b.yaml:2:23: tenants[0].domain: a.okta.com is another tenant's org too: t/a.yaml:2:23; keep one tenant for an "
              "org; it may have many sinks\n");
}

TEST_F(ConfigFilesTest, ABrokenFileHidesNothingElse) {
    dir_.write("a.yaml", "tenants: [\n");
    dir_.write("b.yaml", "sinks: {\n");
    EXPECT_EQ(problems_of("include: [a.yaml, b.yaml]\nlog: {level: loud}\n" + tenant("x")),
              "a.yaml:2:1: is not YAML: end of sequence flow not found; look at the indentation, colons and quotes here and "
              "just above\n"
              "b.yaml:2:1: is not YAML: end of map flow not found; look at the indentation, colons and quotes here and just "
              "above\n"
              "oktail.yaml:2:14: log.level: \"loud\" is not accepted; known here: trace, debug, info, warn, error\n");
}

TEST_F(ConfigFilesTest, TheFileMustBeReadable) {
    const LoadedConfig none = load_config(dir_.path("none.yaml"), environment_of(), all_types());
    const LoadedConfig directory = load_config(dir_.path(""), environment_of(), all_types());

    EXPECT_EQ(shortened(none.problems.text()),
              "none.yaml: cannot be read (No such file or directory); look at its name and its permissions\n");
    EXPECT_EQ(shortened(directory.problems.text()),
              ": cannot be read (Is a directory); look at its name and its permissions\n");
    EXPECT_FALSE(none.config);
}

TEST_F(ConfigFilesTest, AnUnusableFileOfATenantIsNoReasonNotToStart) {
    dir_.write("b.secret", "hunter2", 0644);
    dir_.write("c.secret", "hunter2");
    dir_.write("b.yaml", tenant("b"));
    dir_.write("c.yaml", tenant("c"));

    const LoadedConfig loaded = load("include: [b.yaml, c.yaml]\ndefaults: {ca_file: ca.pem}\n" + tenant("a") + screen_);

    EXPECT_TRUE(loaded.config);
    EXPECT_EQ(loaded.problems.text(), "");
    EXPECT_EQ(
        shortened(loaded.secrets.text()),
        "b.yaml:2:12: tenants[0].name: the ca_file ca.pem cannot be read (No such file or directory); put the certificates "
        "there, or remove the key\n"
        "b.yaml:2:100: tenants[0].auth.client_secret_files: b.secret is open to every user; chmod 0600, or 0640 for a group\n"
        "c.yaml:2:12: tenants[0].name: the ca_file ca.pem cannot be read (No such file or directory); put the certificates "
        "there, or remove the key\n"
        "oktail.yaml:4:12: tenants[0].name: the ca_file ca.pem cannot be read (No such file or directory); put the "
        "certificates there, or remove the key\n"
        "oktail.yaml:4:100: tenants[0].auth.client_secret_files: a.secret cannot be read (No such file or directory); put the "
        "secret there\n");
}

TEST_F(ConfigFilesTest, KeysAndPassphrasesAreLookedAtToo) {
    dir_.write("k.pem", "key", 0644);

    const LoadedConfig loaded = load(
        "tenants: [{name: a, domain: a.okta.com, sinks: [screen],\n"
        "  auth: {method: private_key, client_id: x, private_keys: [{file: k.pem, passphrase_file: k.pass}]}}]\n" +
        screen_);

    EXPECT_EQ(shortened(loaded.secrets.text()),
              "oktail.yaml:2:67: tenants[0].auth.private_keys[0].file: k.pass cannot be read (No such file or directory); put "
              "the secret there\n"
              "oktail.yaml:2:67: tenants[0].auth.private_keys[0].file: k.pem is open to every user; chmod 0600, or 0640 for a "
              "group\n");
}

}  // namespace
}  // namespace oktail
