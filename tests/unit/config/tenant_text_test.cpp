#include "config/tenant_text.hpp"

#include "unit/config/config_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using testing::ElementsAre;

const std::string sinks = "sinks: {archive: {type: file, path: '/var/log/oktail/{tenant}.ndjson'}, screen: {type: stdout}}\n";

NewTenant acme() {
    NewTenant tenant;
    tenant.name = "acme";
    tenant.domain = "acme.okta.com";
    tenant.client_id = "0oa1example";
    tenant.sinks = {"archive", "screen"};
    return tenant;
}

TEST(TenantText, ComesBackAsItWas) {
    NewTenant tenant = acme();
    tenant.secret_file = "../secrets/acme.secret";
    tenant.start = "-24h";

    const FromText read(tenant_text(tenant) + sinks);

    ASSERT_EQ(read.problems.text(), "");
    const TenantConfig& back = read.config.tenants.at(0);
    EXPECT_EQ(back.name, "acme");
    EXPECT_EQ(back.domain, Origin("acme.okta.com"));
    EXPECT_EQ(back.auth.method, AuthMethod::client_secret);
    EXPECT_EQ(back.auth.client_id, "0oa1example");
    EXPECT_THAT(back.auth.client_secret_files, ElementsAre("../secrets/acme.secret"));
    EXPECT_EQ(back.start, StartPoint::ago(std::chrono::hours(24)));
    ASSERT_EQ(back.sinks.size(), 2u);
    EXPECT_EQ(back.sinks[1].sink, "screen");
}

TEST(TenantText, KeysComeBackAsWell) {
    NewTenant tenant = acme();
    tenant.key_file = "../secrets/acme.pem";
    tenant.key_id = "k: {#1}";
    tenant.passphrase_file = "../secrets/acme.pass";

    const FromText read(tenant_text(tenant) + sinks);

    ASSERT_EQ(read.problems.text(), "");
    const auto& key = read.config.tenants.at(0).auth.private_keys.at(0);
    EXPECT_EQ(key.file, "../secrets/acme.pem");
    EXPECT_EQ(key.key_id, "k: {#1}");
    EXPECT_EQ(key.passphrase_file, "../secrets/acme.pass");
}

TEST(TenantText, WhateverIsTypedStaysText) {
    for (const std::string typed :
         {"${HOME}", "$$", "a\nname: b", "yes", "'\"", "*x", "&x", "!tag", "- a", "null", "1e3", "\t"}) {
        NewTenant tenant = acme();
        tenant.secret_file = "s";
        tenant.client_id = typed;

        const FromText read(tenant_text(tenant) + sinks);

        EXPECT_EQ(read.problems.text(), "") << typed;
        EXPECT_EQ(read.config.tenants.at(0).auth.client_id, typed);
    }
}

}  // namespace
}  // namespace oktail
