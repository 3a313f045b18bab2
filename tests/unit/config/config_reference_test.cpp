#include "config/config_reference.hpp"

#include "config/tables.hpp"
#include "unit/config/config_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

namespace oktail {
namespace {

const std::string source_dir = OKTAIL_SOURCE_DIR;

std::string content_of(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST(ConfigFolder, SmallestConfigurationIsGood) {
    const LoadedConfig loaded = load_config(source_dir + "/config/oktail.yaml", environment_of(), all_types());

    EXPECT_EQ(loaded.problems.text(), "");
    EXPECT_EQ(loaded.config->tenants.size(), 1u);
}

TEST(ConfigFolder, FullConfigurationIsGood) {
    const LoadedConfig loaded = load_config(source_dir + "/config/oktail.full.yaml", environment_of(), all_types());

    EXPECT_EQ(loaded.problems.text(), "");
    EXPECT_EQ(loaded.config->tenants.size(), 3u);
}

TEST(ConfigFolder, ConfigurationOfComposeIsGood) {
    const LoadedConfig loaded = load_config(source_dir + "/config/oktail.compose.yaml", environment_of(), all_types());

    EXPECT_EQ(loaded.problems.text(), "");
    EXPECT_EQ(loaded.config->tenants.size(), 3u);
}

void expect_all(const KeyTable& keys, const std::string& text) {
    for (const Key& key : keys) {
        EXPECT_NE(text.find(std::string(key.name) + ":"), std::string::npos) << key.name;
        if (key.keys) expect_all(*key.keys, text);
    }
}

TEST(ConfigFolder, FullConfigurationHasEveryKey) {
    const std::string text = content_of(source_dir + "/config/oktail.full.yaml");

    expect_all(root_keys(), text);
    expect_all(file_keys(), text);
    expect_all(stdout_keys(), text);
    expect_all(syslog_keys(), text);
    expect_all(kafka_keys(), text);
}

TEST(ConfigReference, DefaultsAreAConfiguration) {
    const FromText read(config_defaults(all_types()));

    EXPECT_EQ(read.problems.text(), "");
    EXPECT_EQ(read.config.limits.memory, 256u * 1024 * 1024);
}

TEST(ConfigReference, DefaultsHaveEveryKey) {
    const std::string text = config_defaults(all_types());

    expect_all(root_keys(), text);
    expect_all(file_keys(), text);
    expect_all(stdout_keys(), text);
    expect_all(syslog_keys(), text);
    expect_all(kafka_keys(), text);
}

TEST(ConfigReference, ExamplesOfTheDefaultsAreGood) {
    const std::string text = std::regex_replace(config_defaults(all_types()), std::regex("#(?=[^ ])"), "");

    EXPECT_EQ(problems_of(text), "");
}

/// OKTAIL_UPDATE_DOCS=1 writes the page anew.
TEST(ConfigReference, PageIsUpToDate) {
    const std::string path = source_dir + "/docs/configuration.md";
    if (std::getenv("OKTAIL_UPDATE_DOCS")) std::ofstream(path) << config_reference(all_types());

    EXPECT_EQ(content_of(path), config_reference(all_types()));
}

}  // namespace
}  // namespace oktail
