#include "config/config_difference.hpp"

#include "config/tables.hpp"
#include "unit/config/config_text.hpp"

#include <gmock/gmock.h>

namespace oktail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const std::string acme =
    "  - {name: acme, domain: acme.okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [s]}, ";
const std::string globex =
    "  - {name: globex, domain: globex.okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [s]}, ";
const std::string both = "sinks: [archive, screen]}\n";
const std::string sinks = "sinks:\n  archive: {type: file, path: '/x/{tenant}.ndjson'}\n  screen: {type: stdout}\n";

Config config(const std::string& tenants, const std::string& with = sinks) {
    FromText read("tenants:\n" + tenants + with);
    EXPECT_EQ(read.problems.text(), "");
    return read.config;
}

TEST(ConfigDifference, TheSameIsNoDifference) {
    const ConfigDifference what = difference(config(acme + both), config(acme + both));

    EXPECT_TRUE(what.is_nothing());
    EXPECT_EQ(summary(what), "nothing is different");
}

TEST(ConfigDifference, WhereSomethingStandsIsNoDifference) {
    EXPECT_TRUE(difference(config(acme + both + globex + both), config(globex + both + acme + both)).is_nothing());
}

TEST(ConfigDifference, AStartBeginsAllAndAStopEndsAll) {
    const Config all = config(acme + both + globex + both);

    const ConfigDifference start = difference(Config(), all);
    const ConfigDifference stop = difference(all, Config());

    EXPECT_THAT(start.tenants_begun, ElementsAre("acme", "globex"));
    EXPECT_THAT(start.sinks_begun, ElementsAre("archive", "screen"));
    EXPECT_THAT(start.tenants_ended, IsEmpty());
    EXPECT_THAT(stop.tenants_ended, ElementsAre("acme", "globex"));
    EXPECT_THAT(stop.sinks_ended, ElementsAre("archive", "screen"));
    EXPECT_THAT(stop.tenants_begun, IsEmpty());
}

TEST(ConfigDifference, OneTenantMoreLeavesTheOthersAlone) {
    const ConfigDifference what = difference(config(acme + both), config(acme + both + globex + both));

    EXPECT_THAT(what.tenants_begun, ElementsAre("globex"));
    EXPECT_THAT(what.tenants_ended, IsEmpty());
    EXPECT_THAT(what.routes_ended, IsEmpty());
    EXPECT_THAT(what.routes_begun, IsEmpty());
    EXPECT_EQ(summary(what), "1 tenants begun");
}

TEST(ConfigDifference, AnotherRouteLeavesTheTenantAlone) {
    const ConfigDifference what = difference(config(acme + "sinks: [archive]}\n"), config(acme + "sinks: [screen]}\n"));

    EXPECT_THAT(what.tenants_ended, IsEmpty());
    EXPECT_THAT(what.routes_ended, ElementsAre(Pair("acme", "archive")));
    EXPECT_THAT(what.routes_begun, ElementsAre(Pair("acme", "screen")));
}

TEST(ConfigDifference, ARouteOfAnotherPatternBeginsAgain) {
    const Config now = config(acme + "sinks: [screen, archive]}\n");
    const Config then = config(acme + "sinks: [screen, {name: archive, events: {include: ['user.*']}}]}\n");

    EXPECT_THAT(difference(now, then).routes_ended, ElementsAre(Pair("acme", "archive")));
    EXPECT_THAT(difference(now, then).routes_begun, ElementsAre(Pair("acme", "archive")));
}

TEST(ConfigDifference, AnotherSinkTakesItsRoutesWithIt) {
    const std::string other = "sinks:\n  archive: {type: file, path: '/y/{tenant}.ndjson'}\n  screen: {type: stdout}\n";

    const ConfigDifference what = difference(config(acme + both), config(acme + both, other));

    EXPECT_THAT(what.sinks_ended, ElementsAre("archive"));
    EXPECT_THAT(what.sinks_begun, ElementsAre("archive"));
    EXPECT_THAT(what.routes_ended, ElementsAre(Pair("acme", "archive")));
    EXPECT_THAT(what.routes_begun, ElementsAre(Pair("acme", "archive")));
    EXPECT_THAT(what.tenants_ended, IsEmpty());
    EXPECT_THAT(what.sinks_renamed, IsEmpty());
}

TEST(ConfigDifference, AnotherTypeIsAnotherSink) {
    const std::string other = "sinks:\n  archive: {type: stdout}\n  screen: {type: file, path: '/x/{tenant}.ndjson'}\n";

    EXPECT_THAT(difference(config(acme + both), config(acme + both, other)).sinks_ended, ElementsAre("archive", "screen"));
}

TEST(ConfigDifference, ARenamedSinkIsSeen) {
    const std::string renamed = "sinks:\n  files: {type: file, path: '/x/{tenant}.ndjson'}\n  screen: {type: stdout}\n";

    const ConfigDifference what = difference(config(acme + both), config(acme + "sinks: [files, screen]}\n", renamed));

    EXPECT_THAT(what.sinks_renamed, ElementsAre(Pair("archive", "files")));
    EXPECT_THAT(summary(what), testing::HasSubstr("sink files is what archive was"));
}

TEST(ConfigDifference, WhatOnlyAStartBringsIsNamed) {
    const Config now = config(acme + both);
    const Config then =
        config(acme + both, sinks + "state_dir: /elsewhere\ninstance: b\nlimits: {memory: 64MiB, threads: 7}\n");

    EXPECT_THAT(difference(now, then).needs_restart, ElementsAre("state_dir", "instance", "limits.memory", "limits.threads"));
}

/// Every key of a tenant, with a value that is not the one of `acme`.
const std::map<std::string_view, std::string> other_values{
    {"domain", "domain: other.okta.com"},
    {"link_hosts", "link_hosts: [id.acme.com]"},
    {"auth", "auth: {method: client_secret, client_id: y, client_secret_files: [s]}"},
    {"sinks", "sinks: [screen]"},
    {"labels", "labels: {tier: gold}"},
    {"filter", "filter: 'severity eq \"WARN\"'"},
    {"start", "start: earliest"},
    {"poll", "poll: {max_interval: 5s}"},
    {"rate_limit_share", "rate_limit_share: 0.25"},
    {"request_timeout", "request_timeout: 59s"},
    {"stall_after", "stall_after: 6m"},
    {"max_event", "max_event: 2MiB"},
    {"connect_to", "connect_to: 127.0.0.1:8443"},
    {"ca_file", "ca_file: /x/ca.pem"},
    {"proxy", "proxy: 'http://proxy.corp:3128'"},
    {"proxy_auth_file", "proxy_auth_file: proxy.auth"},
};

class EveryTenantKey : public testing::TestWithParam<std::string> {};

TEST_P(EveryTenantKey, MakesADifference) {
    const auto other = other_values.find(GetParam());
    ASSERT_NE(other, other_values.end()) << "a new key: does the difference see it?";
    std::string tenant = "  - {name: acme";
    for (const std::string given :
         {"domain: acme.okta.com", "auth: {method: client_secret, client_id: x, client_secret_files: [s]}",
          "sinks: [archive, screen]"})
        if (!given.starts_with(GetParam() + ":")) tenant += ", " + given;
    tenant += ", " + other->second + "}\n";

    EXPECT_FALSE(difference(config(acme + both), config(tenant)).is_nothing());
}

TEST(ConfigDifference, EveryKeyOfAKeyMatters) {
    const auto tenant = [](const std::string& auth) {
        return config("  - {name: acme, domain: acme.okta.com, sinks: [archive], auth: {method: private_key, client_id: x, " +
                      auth + "}}\n");
    };
    const std::string key = "private_keys: [{file: f, key_id: k, passphrase_file: p}]";
    EXPECT_TRUE(difference(tenant(key), tenant(key)).is_nothing());
    for (const std::string other :
         {"private_keys: [{file: g, key_id: k, passphrase_file: p}]",
          "private_keys: [{file: f, key_id: l, passphrase_file: p}]",
          "private_keys: [{file: f, key_id: k, passphrase_file: q}]", "private_keys: [{file: f, key_id: k}]",
          "revoke_at_end: true, private_keys: [{file: f, key_id: k, passphrase_file: p}]",
          "dpop: never, private_keys: [{file: f, key_id: k, passphrase_file: p}]"})
        EXPECT_FALSE(difference(tenant(key), tenant(other)).is_nothing()) << other;
}

std::vector<std::string> names_of_tenant_keys() {
    std::vector<std::string> names;
    for (const Key& key : tenant_keys())
        if (key.name != "name") names.emplace_back(key.name);
    return names;
}

INSTANTIATE_TEST_SUITE_P(All, EveryTenantKey, testing::ValuesIn(names_of_tenant_keys()),
                         [](const auto& key) { return key.param; });

TEST(ConfigDifference, AnotherSecretFileIsAnotherSource) {
    const std::string rotated =
        "  - {name: acme, domain: acme.okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [t]}, ";

    EXPECT_THAT(difference(config(acme + both), config(rotated + both)).tenants_ended, ElementsAre("acme"));
}

}  // namespace
}  // namespace oktail
