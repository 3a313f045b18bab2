#include "sink/syslog/syslog_options.hpp"

#include "support/case_name.hpp"
#include "unit/config/config_text.hpp"
#include "unit/config/scratch_dir.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

/// A configuration with one syslog sink that has these keys.
std::string sink(const std::string& keys, const std::string& addresses = "siem.corp:6514") {
    return "sinks:\n  siem: {type: syslog, addresses: [" + addresses + "], " + keys + "}\n";
}

SyslogKeys keys_of(const FromText& read) {
    EXPECT_EQ(read.problems.text(), "");
    if (read.config.sinks.empty() || !read.config.sinks[0].options) return {};
    return dynamic_cast<const SyslogKeys&>(*read.config.sinks[0].options);
}
SyslogKeys keys_of(const std::string& text, Variables variables = {}) { return keys_of(FromText(text, std::move(variables))); }

TEST(SyslogOptions, OnlyTheAddressIsNeeded) {
    SyslogKeys expected;
    expected.addresses = {"siem.corp:6514"};
    expected.transport = SyslogTransport::tls;
    expected.framing = SyslogFraming::octet_counting;
    expected.format = EventFormat::raw;
    expected.facility = 10;
    expected.max_message_size = 8'096;
    expected.oversize = Oversize::compact;
    expected.enterprise_number = 32'473;
    expected.replay_window = 4'194'304;
    expected.window = 128;

    EXPECT_EQ(keys_of("sinks: {siem: {type: syslog, addresses: [siem.corp:6514]}}\n"), expected);
}

TEST(SyslogOptions, EveryKeyOfAStreamIsRead) {
    const SyslogKeys keys =
        keys_of(sink("transport: tls, framing: lf, format: cef, facility: audit, max_message_size: 64KiB, oversize: truncate, "
                     "enterprise_number: 4294967295, replay_window: 0, tls: {ca_file: ca.pem, cert_file: /etc/client.pem, "
                     "key_file: client.key, server_name: siem.example}",
                     "siem1.corp:6514, '[2001:db8::1]:6514', 192.0.2.1:1"));

    EXPECT_EQ(keys.addresses, (std::vector<std::string>{"siem1.corp:6514", "[2001:db8::1]:6514", "192.0.2.1:1"}));
    EXPECT_EQ(keys.framing, SyslogFraming::lf);
    EXPECT_EQ(keys.format, EventFormat::cef);
    EXPECT_EQ(keys.facility, 13u);
    EXPECT_EQ(keys.max_message_size, 65'536u);
    EXPECT_EQ(keys.oversize, Oversize::truncate);
    EXPECT_EQ(keys.enterprise_number, 4'294'967'295u);
    EXPECT_EQ(keys.replay_window, 0u);
    EXPECT_EQ(keys.tls.ca_file, "ca.pem");
    EXPECT_EQ(keys.tls.cert_file, "/etc/client.pem");
    EXPECT_EQ(keys.tls.key_file, "client.key");
    EXPECT_EQ(keys.tls.server_name, "siem.example");
}

TEST(SyslogOptions, EveryKeyOfRelpIsRead) {
    const SyslogKeys keys =
        keys_of(sink("transport: relp_tls, format: envelope, oversize: dead_letter, window: 100000, tls: {ca_file: /ca.pem}"));

    EXPECT_EQ(keys.format, EventFormat::envelope);
    EXPECT_EQ(keys.oversize, Oversize::dead_letter);
    EXPECT_EQ(keys.window, 100'000u);
    EXPECT_EQ(keys.tls.ca_file, "/ca.pem");
    EXPECT_EQ(keys_of(sink("oversize: fail")).oversize, Oversize::fail);
}

TEST(SyslogOptions, TransportsSayWhatTheyAre) {
    const auto traits = [](const std::string& transport) {
        const SyslogKeys keys = keys_of(sink("transport: " + transport));
        return std::string(keys.has_tls() ? "tls " : "") + (keys.is_relp() ? "relp " : "") + (keys.is_udp() ? "udp " : "");
    };

    EXPECT_EQ(traits("udp"), "udp ");
    EXPECT_EQ(traits("tcp"), "");
    EXPECT_EQ(traits("tls"), "tls ");
    EXPECT_EQ(traits("relp"), "relp ");
    EXPECT_EQ(traits("relp_tls"), "tls relp ");
}

/// RFC 5424 §6.2.1, table 1.
TEST(SyslogOptions, FacilitiesHaveTheNumbersOfTheRfc) {
    const std::vector<std::pair<const char*, unsigned>> known{
        {"user", 1},    {"daemon", 3},  {"auth", 4},    {"authpriv", 10}, {"audit", 13},  {"local0", 16}, {"local1", 17},
        {"local2", 18}, {"local3", 19}, {"local4", 20}, {"local5", 21},   {"local6", 22}, {"local7", 23}};

    for (const auto& [name, number] : known)
        EXPECT_EQ(keys_of(sink(std::string("facility: ") + name)).facility, number) << name;
}

TEST(SyslogOptions, AKeyFileMayBeACredentialOfSystemd) {
    const ScratchDir dir;
    const std::string credential = dir.write("credentials/client.key", "x");
    const Variables systemd{{"CREDENTIALS_DIRECTORY", dir.path("credentials")}};

    EXPECT_EQ(keys_of(sink("tls: {cert_file: a.pem, key_file: client.key}"), systemd).tls.key_file, credential);
    EXPECT_EQ(keys_of(sink("tls: {cert_file: a.pem, key_file: ./client.key}"), systemd).tls.key_file, "client.key");
}

/// Whoever writes a default out means nothing by it.
class Accepts : public testing::TestWithParam<std::string> {};

TEST_P(Accepts, WhatSaysNothingNew) { EXPECT_EQ(problems_of(sink(GetParam())), ""); }

INSTANTIATE_TEST_SUITE_P(SyslogOptions, Accepts,
                         testing::Values("transport: udp, framing: octet_counting, replay_window: 4MiB, window: 128",
                                         "transport: udp, max_message_size: 65507", "transport: tcp, window: 128",
                                         "transport: tcp, framing: lf, replay_window: 1GiB",
                                         "transport: tcp, max_message_size: 64MiB", "transport: tls, window: 128, tls: {}",
                                         "transport: relp, framing: octet_counting, replay_window: 4MiB",
                                         "transport: relp, window: 1, max_message_size: 1KiB",
                                         "transport: relp_tls, tls: {server_name: a}"),
                         [](const auto& info) { return case_name(info.index, info.param); });

TEST(SyslogOptions, SixteenAddressesAreEnough) {
    std::string many = "a:1";
    for (int i = 2; i <= 16; ++i) many += ", a:" + std::to_string(i);

    EXPECT_EQ(problems_of(sink("window: 128", many)), "");
    EXPECT_EQ(problems_of(sink("window: 128", many + ", a:17")),
              "oktail.yaml:2:35: sinks.siem.addresses: has 17 entries; write 1 to 16\n");
    EXPECT_EQ(problems_of(sink("window: 128", "")), "oktail.yaml:2:35: sinks.siem.addresses: has 0 entries; write 1 to 16\n");
    EXPECT_EQ(problems_of("sinks: {siem: {type: syslog}}\n"),
              "oktail.yaml:1:15: sinks.siem.addresses: is missing; add it, such as addresses: [siem1.corp:6514, "
              "siem2.corp:6514]\n");
}

class IsNoAddress : public testing::TestWithParam<std::string> {};

TEST_P(IsNoAddress, AndIsQuoted) {
    EXPECT_EQ(problems_of(sink("window: 128", "a:1, '" + GetParam() + "'")),
              "oktail.yaml:2:41: sinks.siem.addresses[1]: \"" + GetParam() +
                  "\" is no address; write a host and a port, such as siem.corp:6514 or [2001:db8::1]:6514\n");
}

INSTANTIATE_TEST_SUITE_P(SyslogOptions, IsNoAddress,
                         testing::Values("siem.corp", ":6514", "siem.corp:", "siem.corp:0", "siem.corp:65536", "siem.corp:x",
                                         "2001:db8::1:6514", "[]:6514", "user@siem.corp:6514", "siem.corp:6514/tcp",
                                         "tcp://siem.corp:6514", "siem corp:6514"),
                         [](const auto& info) { return case_name(info.index, info.param); });

TEST(SyslogOptions, EveryBadAddressIsNamed) {
    EXPECT_EQ(problems_of(sink("window: 128", "a, b:1, c")),
              "oktail.yaml:2:36: sinks.siem.addresses[0]: \"a\" is no address; write a host and a port, such as siem.corp:6514 "
              "or [2001:db8::1]:6514\n"
              "oktail.yaml:2:44: sinks.siem.addresses[2]: \"c\" is no address; write a host and a port, such as siem.corp:6514 "
              "or [2001:db8::1]:6514\n");
}

struct Refusal {
    std::string keys;
    std::string problem;
};

class Refuses : public testing::TestWithParam<Refusal> {};

TEST_P(Refuses, WithAdvice) { EXPECT_EQ(problems_of(sink(GetParam().keys)), GetParam().problem + '\n'); }

std::string name_of(const testing::TestParamInfo<Refusal>& info) { return case_name(info.index, info.param.keys); }

INSTANTIATE_TEST_SUITE_P(
    SyslogOptionsByTransport, Refuses,
    testing::Values(
        Refusal{"transport: udp, framing: lf",
                "oktail.yaml:2:78: sinks.siem.framing: only tcp and tls have a choice of "
                "framing; remove it, or choose another transport"},
        Refusal{"transport: relp, framing: lf",
                "oktail.yaml:2:79: sinks.siem.framing: only tcp and tls have a choice of "
                "framing; remove it, or choose another transport"},
        Refusal{"transport: udp, replay_window: 1MiB",
                "oktail.yaml:2:84: sinks.siem.replay_window: only tcp and tls send again "
                "what was taken; remove it"},
        Refusal{"transport: relp, replay_window: 0",
                "oktail.yaml:2:85: sinks.siem.replay_window: only tcp and tls send again "
                "what was taken; remove it; what relp repeats is set by `window`"},
        Refusal{"transport: relp_tls, replay_window: 0",
                "oktail.yaml:2:89: sinks.siem.replay_window: only tcp and tls send "
                "again what was taken; remove it; what relp repeats is set by "
                "`window`"},
        Refusal{"transport: tcp, window: 64",
                "oktail.yaml:2:77: sinks.siem.window: only relp and relp_tls have acknowledgements to wait for; remove it"},
        Refusal{"window: 64",
                "oktail.yaml:2:61: sinks.siem.window: only relp and relp_tls have acknowledgements to wait for; remove it"},
        Refusal{"transport: udp, window: 64",
                "oktail.yaml:2:77: sinks.siem.window: only relp and relp_tls have acknowledgements to wait for; remove it"},
        Refusal{"transport: tcp, tls: {ca_file: a}",
                "oktail.yaml:2:74: sinks.siem.tls: this transport has no TLS; choose tls or relp_tls, or remove it"},
        Refusal{"transport: relp, tls: {server_name: a}",
                "oktail.yaml:2:75: sinks.siem.tls: this transport has no TLS; choose tls or relp_tls, or remove it"},
        Refusal{"transport: udp, tls: {}",
                "oktail.yaml:2:74: sinks.siem.tls: this transport has no TLS; choose tls or relp_tls, or remove it"},
        Refusal{"transport: udp, max_message_size: 65508",
                "oktail.yaml:2:87: sinks.siem.max_message_size: a datagram holds 65507 "
                "bytes at most; choose a smaller one, or tcp"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    SyslogOptionsByKey, Refuses,
    testing::Values(
        Refusal{"transport: http",
                "oktail.yaml:2:64: sinks.siem.transport: \"http\" is not accepted; known here: udp, tcp, tls, relp, relp_tls"},
        Refusal{"framing: crlf",
                "oktail.yaml:2:62: sinks.siem.framing: \"crlf\" is not accepted; known here: octet_counting, lf"},
        Refusal{"format: json",
                "oktail.yaml:2:61: sinks.siem.format: \"json\" is not accepted; known here: raw, envelope, cef"},
        Refusal{"facility: kern",
                "oktail.yaml:2:63: sinks.siem.facility: \"kern\" is not accepted; known here: authpriv, auth, audit, user, "
                "daemon, local0, local1, local2, local3, local4, local5, local6, local7"},
        Refusal{"max_message_size: 1023",
                "oktail.yaml:2:71: sinks.siem.max_message_size: \"1023\" is out of range; write 1KiB to 64MiB"},
        Refusal{"max_message_size: 65MiB",
                "oktail.yaml:2:71: sinks.siem.max_message_size: \"65MiB\" is out of range; write 1KiB to 64MiB"},
        Refusal{"oversize: split",
                "oktail.yaml:2:63: sinks.siem.oversize: \"split\" is not accepted; known here: compact, truncate, dead_letter, "
                "fail"},
        Refusal{"enterprise_number: 4294967296",
                "oktail.yaml:2:72: sinks.siem.enterprise_number: \"4294967296\" is out of range; write 0 to 4294967295"},
        Refusal{"enterprise_number: x",
                "oktail.yaml:2:72: sinks.siem.enterprise_number: \"x\" is no whole number; write decimal digits, without a "
                "leading zero"},
        Refusal{"replay_window: 2GiB", "oktail.yaml:2:68: sinks.siem.replay_window: \"2GiB\" is out of range; write 0 to 1GiB"},
        Refusal{"transport: relp, window: 0", "oktail.yaml:2:78: sinks.siem.window: \"0\" is out of range; write 1 to 100000"},
        Refusal{"transport: relp, window: 100001",
                "oktail.yaml:2:78: sinks.siem.window: \"100001\" is out of range; write 1 to 100000"},
        Refusal{"tls: {cafile: a}", "oktail.yaml:2:59: sinks.siem.tls.cafile: unknown key; did you mean ca_file?"},
        Refusal{"tls: {password: a}",
                "oktail.yaml:2:59: sinks.siem.tls.password: a secret must not stand in the configuration; put it into a file "
                "of its own (chmod 0600) and name that: client_secret_files: [acme.secret]"},
        Refusal{"tls: {server_name: ''}",
                "oktail.yaml:2:72: sinks.siem.tls.server_name: is empty; write a value, or remove the key"},
        Refusal{"tls: on",
                "oktail.yaml:2:58: sinks.siem.tls: must be a map; write its keys below it, indented, each with a colon"},
        Refusal{"adresses: []", "oktail.yaml:2:53: sinks.siem.adresses: unknown key; did you mean addresses?"},
        Refusal{"tls: {cert_file: a}",
                "oktail.yaml:2:58: sinks.siem.tls: cert_file and key_file belong together; give both, or neither"},
        Refusal{"tls: {key_file: a}",
                "oktail.yaml:2:58: sinks.siem.tls: cert_file and key_file belong together; give both, or neither"}),
    name_of);

TEST(SyslogOptions, EveryProblemIsToldAtOnce) {
    EXPECT_EQ(problems_of(sink("transport: udp, framing: lf, window: 1", "a")),
              "oktail.yaml:2:36: sinks.siem.addresses[0]: \"a\" is no address; write a host and a port, such as siem.corp:6514 "
              "or [2001:db8::1]:6514\n"
              "oktail.yaml:2:65: sinks.siem.framing: only tcp and tls have a choice of framing; remove it, or choose another "
              "transport\n"
              "oktail.yaml:2:77: sinks.siem.window: only relp and relp_tls have acknowledgements to wait for; remove it\n");
}

TEST(SyslogOptions, ProblemsLeaveNoOptions) {
    const FromText read(sink("transport: udp, framing: lf"));

    for (const SinkConfig& sink : read.config.sinks) EXPECT_EQ(sink.options, nullptr);
}

TEST(SyslogOptions, EveryKeyMakesADifference) {
    const auto options = [](const std::string& keys) {
        const FromText read(sink(keys));
        EXPECT_EQ(read.problems.text(), "");
        return read.config.sinks.at(0).options;
    };
    const auto usual = options("transport: tls");

    EXPECT_TRUE(usual->is_same_as(*options("transport: tls, window: 128")));
    for (const char* other : {"transport: tcp", "framing: lf", "format: cef", "facility: auth", "max_message_size: 9000",
                              "oversize: fail", "enterprise_number: 1", "replay_window: 1", "tls: {server_name: a}"})
        EXPECT_FALSE(usual->is_same_as(*options(other))) << other;
}

class SyslogFiles : public testing::Test {
protected:
    /// What is wrong with the files of these TLS keys, without the folder's name.
    std::string problems_of_files(const std::string& tls) const {
        const FromText read(sink("tls: {" + tls + "}"));
        EXPECT_EQ(read.problems.text(), "");
        Problems problems;
        read.config.sinks.at(0).options->check_files(problems);
        std::string text = problems.text();
        for (auto at = text.find(dir_.path("")); at != std::string::npos; at = text.find(dir_.path("")))
            text.erase(at, dir_.path("").size());
        return text;
    }

    ScratchDir dir_;
};

TEST_F(SyslogFiles, NoneAreNeeded) { EXPECT_EQ(problems_of_files(""), ""); }

TEST_F(SyslogFiles, ThatCanBeReadAreFine) {
    const std::string certificate = dir_.write("client.pem", "x", 0644);
    const std::string key = dir_.write("client.key", "x", 0600);

    EXPECT_EQ(problems_of_files("ca_file: " + certificate + ", cert_file: " + certificate + ", key_file: " + key), "");
}

TEST_F(SyslogFiles, ThatAreMissingAreAllNamed) {
    EXPECT_EQ(problems_of_files("ca_file: " + dir_.path("ca.pem") + ", cert_file: " + dir_.path("client.pem") +
                                ", key_file: " + dir_.path("client.key")),
              "oktail.yaml:2:58: sinks.siem.tls: client.key cannot be read (No such file or directory); put the secret there\n"
              "oktail.yaml:2:58: sinks.siem.tls: the ca_file ca.pem cannot be read (No such file or directory); put the "
              "certificates there, or remove the key\n"
              "oktail.yaml:2:58: sinks.siem.tls: the cert_file client.pem cannot be read (No such file or directory); put the "
              "certificates there, or remove the key\n");
}

TEST_F(SyslogFiles, AKeyThatIsOpenToOthersIsRefused) {
    const std::string certificate = dir_.write("client.pem", "x", 0644);
    const std::string key = dir_.write("client.key", "x", 0644);

    EXPECT_EQ(problems_of_files("cert_file: " + certificate + ", key_file: " + key),
              "oktail.yaml:2:58: sinks.siem.tls: client.key is open to every user; chmod 0600, or 0640 for a group\n");
}

}  // namespace
}  // namespace oktail
