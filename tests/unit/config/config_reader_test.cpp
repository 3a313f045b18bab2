#include "support/case_name.hpp"
#include "unit/config/config_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

const std::string sinks = "sinks: {archive: {type: file, path: '/var/log/oktail/{tenant}.ndjson'}, screen: {type: stdout}}\n";

/// A good tenant in lines 1 to 7, sinks in line 8; `more` stands in line 7.
std::string tenant_with(const std::string& more) {
    return "tenants:\n"
           "  - name: acme\n"
           "    domain: acme.okta.com\n"
           "    auth: {method: client_secret, client_id: 0oa1, client_secret_files: [acme.secret]}\n"
           "    sinks:\n"
           "      - archive\n" +
           more + "\n" + sinks;
}

TEST(ConfigReader, SmallestTenantHasTheDefaults) {
    const FromText read(tenant_with(""));
    ASSERT_EQ(read.problems.text(), "");

    const TenantConfig& tenant = read.config.tenants.at(0);
    const TenantConfig fresh;
    EXPECT_EQ(tenant.name, "acme");
    EXPECT_EQ(tenant.domain, Origin("acme.okta.com"));
    EXPECT_EQ(tenant.auth.client_id, "0oa1");
    EXPECT_EQ(tenant.auth.method, AuthMethod::client_secret);
    EXPECT_THAT(tenant.auth.client_secret_files, ElementsAre("acme.secret"));
    EXPECT_EQ(tenant.auth.dpop, DpopMode::automatic);
    EXPECT_EQ(tenant.start, fresh.start);
    EXPECT_EQ(tenant.poll, fresh.poll);
    EXPECT_EQ(tenant.rate_limit_share, fresh.rate_limit_share);
    EXPECT_EQ(tenant.request_timeout, fresh.request_timeout);
    EXPECT_EQ(tenant.stall_after, fresh.stall_after);
    EXPECT_EQ(tenant.max_event, fresh.max_event);
    EXPECT_EQ(tenant.sinks.at(0).sink, "archive");
    EXPECT_EQ(tenant.sinks.at(0).start, std::nullopt);
    EXPECT_EQ(read.config.limits.memory, LimitsConfig().memory);
    EXPECT_EQ(read.config.limits.threads, LimitsConfig().threads);
    EXPECT_EQ(read.config.log.level, LogConfig().level);
    EXPECT_EQ(read.config.log.format, LogConfig().format);
    EXPECT_EQ(read.config.admin.listen, AdminConfig().listen);
    EXPECT_EQ(read.config.state_dir, "/var/lib/oktail");
}

/// A tenant alone, with this in braces behind `auth:`.
std::string tenant_that_proves_itself(const std::string& auth) {
    return "tenants:\n  - {name: a, domain: a.okta.com, sinks: [screen], auth: {" + auth + "}}\n" + sinks;
}

TEST(ConfigReader, PrivateKeysAreReadInTheirOrder) {
    const FromText read(tenant_that_proves_itself(
        "method: private_key, client_id: 0oa2, dpop: always, "
        "private_keys: [{file: a.pem, key_id: k-1, passphrase_file: a.pass}, {file: /etc/oktail/b.jwk}]"));
    ASSERT_EQ(read.problems.text(), "");

    const AuthConfig& auth = read.config.tenants.at(0).auth;
    EXPECT_EQ(auth.method, AuthMethod::private_key);
    EXPECT_EQ(auth.dpop, DpopMode::always);
    ASSERT_EQ(auth.private_keys.size(), 2u);
    EXPECT_EQ(auth.private_keys[0].file, "a.pem");
    EXPECT_EQ(auth.private_keys[0].key_id, "k-1");
    EXPECT_EQ(auth.private_keys[0].passphrase_file, "a.pass");
    EXPECT_EQ(auth.private_keys[1].file, "/etc/oktail/b.jwk");
    EXPECT_EQ(auth.private_keys[1].key_id, "");
}

TEST(ConfigReader, EachMethodNeedsItsOwnCredentials) {
    EXPECT_EQ(problems_of(tenant_that_proves_itself("method: private_key, client_id: x, client_secret_files: [s]")),
              "oktail.yaml:2:58: tenants[0].auth: this method needs private_keys; add it, such as private_keys: "
              "[{file: globex.pem, key_id: k-2026}]\n");
    EXPECT_EQ(problems_of(tenant_that_proves_itself("method: private_key, client_id: x, private_keys: []")),
              "oktail.yaml:2:108: tenants[0].auth.private_keys: this method needs private_keys; add it, such as private_keys: "
              "[{file: globex.pem, key_id: k-2026}]\n");
    EXPECT_EQ(problems_of(tenant_that_proves_itself("method: client_secret, client_id: x, private_keys: [{file: k}]")),
              "oktail.yaml:2:58: tenants[0].auth: this method needs client_secret_files; add it, such as client_secret_files: "
              "[acme.secret]\n");
    EXPECT_EQ(problems_of(tenant_that_proves_itself("method: private_key, client_id: x, private_keys: [{key_id: k}]")),
              "oktail.yaml:2:109: tenants[0].auth.private_keys[0].file: is missing; add it, such as file: globex.pem\n");
    EXPECT_EQ(problems_of(tenant_that_proves_itself("client_id: x, client_secret_files: [s]")),
              "oktail.yaml:2:58: tenants[0].auth.method: is missing; add it, such as method: client_secret\n");
}

TEST(ConfigReader, DefaultsOfTheOtherMethodAreOfNoConcern) {
    EXPECT_EQ(problems_of("defaults: {auth: {method: client_secret, client_secret_files: [shared]}}\n" +
                          tenant_that_proves_itself("method: private_key, client_id: x, private_keys: [{file: k}]")),
              "");
}

TEST(ConfigReader, AdminServerCanBeTurnedOffAndBeMistaken) {
    EXPECT_EQ(FromText("admin: {listen: off}\n").config.admin.listen, std::nullopt);
    EXPECT_EQ(
        problems_of("admin: {listen: localhost}\n"),
        "oktail.yaml:1:17: admin.listen: \"localhost\" is no address to listen on; write an IP address and a port such as "
        "127.0.0.1:9464, or unix:/run/oktail/admin.sock, or off\n");
}

TEST(ConfigReader, StateDirectoryOfSystemdIsTheDefault) {
    const Variables systemd{{"STATE_DIRECTORY", "/var/lib/private/oktail:/elsewhere"}};

    EXPECT_EQ(FromText("", systemd).config.state_dir, "/var/lib/private/oktail");
    EXPECT_EQ(FromText("state_dir: /srv/state\n", systemd).config.state_dir, "/srv/state");
}

TEST(ConfigReader, EveryKeyOfATenant) {
    const FromText read(
        tenant_with("      - name: screen\n"
                    "        start: -7d\n"
                    "        events: {include: [user.*], exclude: ['*.internal']}\n"
                    "    link_hosts: [Other.okta.com.]\n"
                    "    labels: {customer: Acme Corp, code: 010}\n"
                    "    filter: 'severity eq \"WARN\"'\n"
                    "    start: earliest\n"
                    "    poll: {min_interval: 500ms, max_interval: 1m}\n"
                    "    rate_limit_share: 0.25\n"
                    "    request_timeout: 90s\n"
                    "    stall_after: 1h\n"
                    "    max_event: 2MiB\n"
                    "    connect_to: '[::1]:8443'\n"
                    "    ca_file: ca.pem\n"
                    "    proxy: http://proxy.corp:3128\n"
                    "    proxy_auth_file: proxy.auth\n"));
    ASSERT_EQ(read.problems.text(), "");

    const TenantConfig& tenant = read.config.tenants.at(0);
    EXPECT_EQ(tenant.sinks.at(1).sink, "screen");
    EXPECT_EQ(tenant.sinks.at(1).start, StartPoint::ago(168h));
    EXPECT_THAT(tenant.sinks.at(1).include, ElementsAre("user.*"));
    EXPECT_THAT(tenant.sinks.at(1).exclude, ElementsAre("*.internal"));
    EXPECT_EQ(tenant.sinks.at(1).place.text(), "oktail.yaml:7:9");
    EXPECT_THAT(tenant.link_hosts, ElementsAre("other.okta.com"));
    EXPECT_THAT(tenant.labels, ElementsAre(Pair("code", "010"), Pair("customer", "Acme Corp")));
    EXPECT_EQ(tenant.filter, "severity eq \"WARN\"");
    EXPECT_EQ(tenant.start, StartPoint::earliest());
    EXPECT_EQ(tenant.poll.min_interval, 500ms);
    EXPECT_EQ(tenant.poll.max_interval, 1min);
    EXPECT_EQ(tenant.rate_limit_share, 0.25);
    EXPECT_EQ(tenant.request_timeout, 90s);
    EXPECT_EQ(tenant.stall_after, 1h);
    EXPECT_EQ(tenant.max_event, 2u * 1024 * 1024);
    EXPECT_EQ(tenant.connect_to, "[::1]:8443");
    EXPECT_EQ(tenant.ca_file, "ca.pem");
    EXPECT_EQ(tenant.proxy, "proxy.corp:3128");
    EXPECT_EQ(tenant.proxy_auth_file, "proxy.auth");
}

TEST(ConfigReader, DefaultsAreMergedDeeplyAndListsReplace) {
    const FromText read(
        "defaults:\n"
        "  auth: {method: client_secret, client_secret_files: [shared.secret]}\n"
        "  poll: {min_interval: 2s, max_interval: 9s}\n"
        "  labels: {tier: gold, zone: eu}\n"
        "  sinks: [archive]\n"
        "tenants:\n"
        "  - {name: a, domain: a.okta.com, auth: {client_id: x}, poll: {max_interval: 1m}, labels: {tier: tin}}\n"
        "  - {name: b, domain: b.okta.com, auth: {client_id: y, client_secret_files: [b]}, sinks: [screen]}\n" +
        sinks);
    ASSERT_EQ(read.problems.text(), "");

    const TenantConfig& a = read.config.tenants.at(0);
    const TenantConfig& b = read.config.tenants.at(1);
    EXPECT_EQ(a.poll.min_interval, 2s);
    EXPECT_EQ(a.poll.max_interval, 1min);
    EXPECT_THAT(a.labels, ElementsAre(Pair("tier", "tin"), Pair("zone", "eu")));
    EXPECT_THAT(a.auth.client_secret_files, ElementsAre("shared.secret"));
    EXPECT_EQ(a.sinks.at(0).sink, "archive");
    EXPECT_THAT(b.auth.client_secret_files, ElementsAre("b"));
    ASSERT_EQ(b.sinks.size(), 1u);
    EXPECT_EQ(b.sinks.at(0).sink, "screen");
}

TEST(ConfigReader, AMistakeInDefaultsIsReportedOnce) {
    EXPECT_EQ(
        problems_of("defaults: {poll: {max_interval: 30}, strat: now}\n"
                    "tenants:\n"
                    "  - {name: a, domain: a.okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [a]}, "
                    "sinks: [screen]}\n"
                    "  - {name: b, domain: b.okta.com, auth: {method: client_secret, client_id: x, client_secret_files: [b]}, "
                    "sinks: [screen]}\n" +
                    sinks),
        "oktail.yaml:1:33: defaults.poll.max_interval: \"30\" is no duration; write a number and its unit, such as 500ms, "
        "10s, 5m, 24h or 7d\n"
        "oktail.yaml:1:38: defaults.strat: unknown key; did you mean start?\n");
}

TEST(ConfigReader, SinkOptionsComeFromTheirType) {
    const FromText read(
        "sinks:\n"
        "  a: {type: file, path: /srv/x.ndjson, format: envelope, delivery: at_least_once, fsync: never, mode: 0600}\n"
        "  b: {type: file, path: /srv/y.ndjson}\n"
        "  c: {type: stdout, format: envelope}\n");
    ASSERT_EQ(read.problems.text(), "");

    const auto& a = dynamic_cast<const FileOptions&>(*read.config.sinks.at(0).options);
    const auto& b = dynamic_cast<const FileOptions&>(*read.config.sinks.at(1).options);
    const auto& c = dynamic_cast<const StdoutOptions&>(*read.config.sinks.at(2).options);
    EXPECT_EQ(a.path, "/srv/x.ndjson");
    EXPECT_EQ(a.format, EventFormat::envelope);
    EXPECT_EQ(a.delivery, Delivery::at_least_once);
    EXPECT_EQ(a.fsync, Fsync::never);
    EXPECT_EQ(a.mode, 0600u);
    EXPECT_EQ(b.format, FileOptions().format);
    EXPECT_EQ(b.delivery, FileOptions().delivery);
    EXPECT_EQ(b.fsync, FileOptions().fsync);
    EXPECT_EQ(b.mode, FileOptions().mode);
    EXPECT_EQ(c.format, EventFormat::envelope);
    EXPECT_EQ(read.config.sinks.at(2).type, "stdout");
}

TEST(ConfigReader, EmptyListsAndMapsMayBeLeftBlank) {
    EXPECT_EQ(problems_of(""), "");
    EXPECT_EQ(problems_of("tenants:\nsinks:\ninclude:\ndefaults:\nlog:\n"), "");
}

TEST(ConfigReader, ReportsAllProblemsInFileOrder) {
    EXPECT_EQ(problems_of("log: {level: loud}\n"
                          "tenants:\n"
                          "  - name: Acme\n"
                          "    domian: acme.okta.com\n"
                          "    sinks: [archiv]\n"
                          "    rate_limit_share: 50%\n"
                          "sinks:\n"
                          "  archive: {type: fiel}\n"),
              "oktail.yaml:1:14: log.level: \"loud\" is not accepted; known here: trace, debug, info, warn, error\n"
              "oktail.yaml:3:5: tenants[0].auth: is missing; add it, such as auth: {method: client_secret, ...}\n"
              "oktail.yaml:3:5: tenants[0].domain: is missing; add it, such as domain: acme.okta.com\n"
              "oktail.yaml:3:11: tenants[0].name: \"Acme\" is no name; write small letters, digits, - and _, at most 63, "
              "beginning with a letter or a digit\n"
              "oktail.yaml:4:5: tenants[0].domian: unknown key; did you mean domain?\n"
              "oktail.yaml:5:13: tenants[0].sinks[0]: there is no sink \"archiv\"; did you mean archive?\n"
              "oktail.yaml:6:23: tenants[0].rate_limit_share: \"50%\" is no fraction; write a number such as 0.5\n"
              "oktail.yaml:8:19: sinks.archive.type: \"fiel\" is no type of sink; did you mean file?\n");
}

struct Refusal {
    const char* text;
    const char* problem;
};

std::string name_of(const testing::TestParamInfo<Refusal>& info) { return case_name(info.index, info.param.text); }

class ConfigReaderRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(ConfigReaderRefuses, WithPlaceAndAdvice) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problem); }

INSTANTIATE_TEST_SUITE_P(
    All, ConfigReaderRefuses,
    testing::Values(
        Refusal{"[a]\n", "oktail.yaml:1:1: must be a map; begin it with tenants: or sinks:\n"},
        Refusal{"lgo: {}\n", "oktail.yaml:1:1: lgo: unknown key; did you mean log?\n"},
        Refusal{"log: {level: }\n", "oktail.yaml:1:7: log.level: has no value; write one, or remove the key\n"},
        Refusal{"log: [info]\n", "oktail.yaml:1:6: log: must be a map; write its keys below it, indented, each with a colon\n"},
        Refusal{"log: {level: [info]}\n",
                "oktail.yaml:1:14: log.level: must be one value; write it on this line, without brackets or dashes\n"},
        Refusal{"log: {format: yaml}\n",
                "oktail.yaml:1:15: log.format: \"yaml\" is not accepted; known here: auto, text, json\n"},
        Refusal{"limits: {threads: 010}\n",
                "oktail.yaml:1:19: limits.threads: \"010\" is no whole number; write decimal digits, without a leading zero\n"},
        Refusal{"limits: {threads: 1000}\n", "oktail.yaml:1:19: limits.threads: \"1000\" is out of range; write 0 to 256\n"},
        Refusal{"limits: {memory: 64MB}\n",
                "oktail.yaml:1:18: limits.memory: \"64MB\" is no size; write bytes, or a number and its unit, such as 64KiB, "
                "10MiB or 1GiB\n"},
        Refusal{"limits: {memory: 1KiB}\n",
                "oktail.yaml:1:18: limits.memory: \"1KiB\" is out of range; write 16MiB to 1024GiB\n"},
        Refusal{"include: tenants.d\n",
                "oktail.yaml:1:10: include: must be a list; write it in brackets, or one entry a line, each behind a dash\n"},
        Refusal{"instance: My Host\n",
                "oktail.yaml:1:11: instance: \"My Host\" is no name; write small letters, digits, - and _, at most 63, "
                "beginning with a letter or a digit\n"},
        Refusal{"state_dir: ''\n", "oktail.yaml:1:12: state_dir: is empty; write a value, or remove the key\n"},
        Refusal{"tenants: {acme: {}}\n",
                "oktail.yaml:1:10: tenants: must be a list; write it in brackets, or one entry a line, each behind a dash\n"},
        Refusal{"tenants: [acme]\n",
                "oktail.yaml:1:11: tenants[0]: must be a map; write its keys below it, indented, each with a colon\n"},
        Refusal{"sinks: [archive]\n",
                "oktail.yaml:1:8: sinks: must be a map; write its keys below it, indented, each with a colon\n"},
        Refusal{"sinks: {Archive: {type: stdout}}\n",
                "oktail.yaml:1:9: sinks.Archive: \"Archive\" is no name; write small letters, digits, - and _, at most 63, "
                "beginning with a letter or a digit\n"},
        Refusal{"sinks: {a: stdout}\n",
                "oktail.yaml:1:12: sinks.a: must be a map; write its keys below it, indented, each with a colon\n"},
        Refusal{"sinks: {a: {}}\n",
                "oktail.yaml:1:12: sinks.a: has no type; add it (known here: file, kafka, stdout, syslog)\n"},
        Refusal{"sinks: {a: {type: kinesis}}\n",
                "oktail.yaml:1:19: sinks.a.type: \"kinesis\" is no type of sink; known here: file, kafka, stdout, syslog\n"},
        Refusal{"sinks: {a: {type: stdout, path: /x}}\n", "oktail.yaml:1:27: sinks.a.path: unknown key; known here: format\n"},
        Refusal{"sinks: {a: {type: file}}\n",
                "oktail.yaml:1:12: sinks.a.path: is missing; add it, such as path: /var/log/oktail/{tenant}/%Y-%m-%d.ndjson\n"},
        Refusal{"sinks: {a: {type: file, path: /srv/x, mode: 0666}}\n",
                "oktail.yaml:1:45: sinks.a.mode: \"0666\" is no mode of a file; write octal digits such as \"0640\": the owner "
                "reads and writes, others do not write\n"},
        Refusal{"sinks: {a: {type: file, path: /srv/x, password: hunter2}}\n",
                "oktail.yaml:1:39: sinks.a.password: a secret must not stand in the configuration; put it into a file of its "
                "own (chmod 0600) and name that: client_secret_files: [acme.secret]\n"}),
    name_of);

class ConfigReaderRefusesTenant : public testing::TestWithParam<Refusal> {};

TEST_P(ConfigReaderRefusesTenant, WithPlaceAndAdvice) {
    EXPECT_EQ(problems_of(tenant_with(GetParam().text)), GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigReaderRefusesTenant,
    testing::Values(
        Refusal{"    client_secret: hunter2",
                "oktail.yaml:7:5: tenants[0].client_secret: a secret must not stand in the configuration; put it into a file "
                "of its own (chmod 0600) and name that: client_secret_files: [acme.secret]\n"},
        Refusal{"    start: yesterday",
                "oktail.yaml:7:12: tenants[0].start: \"yesterday\" is no place in the log; write now, earliest, a span back "
                "such as -24h, or a time such as 2026-01-05T08:00:00Z\n"},
        Refusal{"    connect_to: localhost",
                "oktail.yaml:7:17: tenants[0].connect_to: \"localhost\" is no address; write a host and a port, such as "
                "127.0.0.1:8443 or [::1]:8443\n"},
        Refusal{"    proxy_auth_file: siem:hunter2",
                "oktail.yaml:7:22: tenants[0].proxy_auth_file: this looks like user:password, which must not stand in the "
                "configuration; put it into a file of its own (chmod 0600) and name that here, such as proxy.auth\n"},
        Refusal{"    labels: {Tier: gold}",
                "oktail.yaml:7:14: tenants[0].labels.Tier: \"Tier\" is no name; write small letters, digits, - and _, at most "
                "63, beginning with a letter or a digit\n"},
        Refusal{
            "    labels: {tier: [gold]}",
            "oktail.yaml:7:20: tenants[0].labels.tier: must be one value; write it on this line, without brackets or dashes\n"},
        Refusal{"    labels: {tier: }",
                "oktail.yaml:7:14: tenants[0].labels.tier: has no value; write one, or remove the key\n"},
        Refusal{"    link_hosts: [https://a.okta.com/path]",
                "oktail.yaml:7:18: tenants[0].link_hosts[0]: \"https://a.okta.com/path\" is no domain; write it as in the "
                "browser, without a path, such as acme.okta.com\n"},
        Refusal{"    poll: {min_interval: 10ms}",
                "oktail.yaml:7:26: tenants[0].poll.min_interval: \"10ms\" is out of range; write 100ms to 1h\n"},
        Refusal{"      - {start: now}",
                "oktail.yaml:7:9: tenants[0].sinks[1].name: is missing; add it, such as name: archive\n"},
        Refusal{"      - {name: screen, evnts: {}}",
                "oktail.yaml:7:24: tenants[0].sinks[1].evnts: unknown key; did you mean events?\n"},
        Refusal{"      - [screen]",
                "oktail.yaml:7:9: tenants[0].sinks[1]: must be a map; write its keys below it, indented, each with a colon\n"},
        Refusal{"    max_event: 1GiB",
                "oktail.yaml:7:16: tenants[0].max_event: \"1GiB\" is out of range; write 64KiB to 64MiB\n"},
        Refusal{"    dpop: auto",
                "oktail.yaml:7:5: tenants[0].dpop: unknown key; known here: name, domain, link_hosts, auth, sinks, labels, "
                "filter, start, poll, rate_limit_share, request_timeout, stall_after, max_event, connect_to, ca_file, proxy, "
                "proxy_auth_file\n"},
        Refusal{"    filter: ''", "oktail.yaml:7:13: tenants[0].filter: is empty; write a value, or remove the key\n"}),
    name_of);

}  // namespace
}  // namespace oktail
