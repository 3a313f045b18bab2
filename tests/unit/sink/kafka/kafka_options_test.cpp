#include "sink/kafka/kafka_options.hpp"

#include "core/quote.hpp"
#include "support/case_name.hpp"
#include "unit/config/config_text.hpp"
#include "unit/config/scratch_dir.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

/// A configuration with one Kafka sink that has these keys.
std::string sink(const std::string& keys, const std::string& topic = "okta", const std::string& brokers = "k1.corp:9093") {
    return "sinks:\n  bus: {type: kafka, brokers: [" + brokers + "], topic: " + topic + ", " + keys + "}\n";
}

KafkaKeys keys_of(const std::string& text, Variables variables = {}) {
    const FromText read(text, std::move(variables));
    EXPECT_EQ(read.problems.text(), "");
    if (read.config.sinks.empty() || !read.config.sinks[0].options) return {};
    return dynamic_cast<const KafkaKeys&>(*read.config.sinks[0].options);
}

TEST(KafkaOptions, OnlyBrokersAndTopicAreNeeded) {
    KafkaKeys expected;
    expected.brokers = {"k1.corp:9093"};
    expected.topic = "okta";
    expected.checkpoint_topic = "oktail.checkpoints";
    expected.key = KafkaKey::tenant;
    expected.format = EventFormat::raw;
    expected.delivery = Delivery::exactly_once;
    expected.compression = "zstd";
    expected.max_message_size = 1'000'000;

    EXPECT_EQ(keys_of("sinks: {bus: {type: kafka, brokers: [k1.corp:9093], topic: okta}}\n"), expected);
}

TEST(KafkaOptions, EveryKeyIsRead) {
    const KafkaKeys keys =
        keys_of(sink("checkpoint_topic: places, key: actor, format: cef, delivery: at_least_once, compression: "
                     "lz4, max_message_size: 2MiB, options: {linger.ms: '20', statistics.interval.ms: 0}",
                     "'okta.{tenant}.log'", "k1.corp:9093, '[2001:db8::1]:9092', 192.0.2.1:1"));

    EXPECT_EQ(keys.brokers, (std::vector<std::string>{"k1.corp:9093", "[2001:db8::1]:9092", "192.0.2.1:1"}));
    EXPECT_EQ(keys.topic_of("acme"), "okta.acme.log");
    EXPECT_EQ(keys.checkpoint_topic, "places");
    EXPECT_EQ(keys.key, KafkaKey::actor);
    EXPECT_EQ(keys.format, EventFormat::cef);
    EXPECT_FALSE(keys.is_exact());
    EXPECT_EQ(keys.compression, "lz4");
    EXPECT_EQ(keys.max_message_size, 2'097'152u);
    EXPECT_EQ(keys.options, (std::map<std::string, std::string>{{"linger.ms", "20"}, {"statistics.interval.ms", "0"}}));
    EXPECT_EQ(keys_of(sink("key: uuid")).key, KafkaKey::uuid);
}

TEST(KafkaOptions, EveryKeyOfSecurityIsRead) {
    const KafkaSecurity by_password =
        keys_of(
            sink("security: {protocol: sasl_ssl, mechanism: scram-sha-512, username: oktail, password_file: /kafka.password, "
                 "ca_file: ca.pem, cert_file: /client.pem, key_file: ./client.key}"))
            .security;
    const KafkaSecurity by_token =
        keys_of(sink("security: {protocol: sasl_plaintext, mechanism: oauthbearer, token_url: 'https://idp.corp/token', "
                     "client_id: me, client_secret_file: /idp.secret, scope: kafka}"))
            .security;

    EXPECT_EQ(by_password.mechanism, KafkaMechanism::scram_sha_512);
    EXPECT_TRUE(by_password.has_tls() && by_password.has_sasl());
    EXPECT_EQ(by_password.username, "oktail");
    EXPECT_EQ(by_password.password_file, "/kafka.password");
    EXPECT_EQ(by_password.ca_file, "ca.pem");
    EXPECT_EQ(by_password.cert_file, "/client.pem");
    EXPECT_EQ(by_password.key_file, "client.key");
    EXPECT_EQ(by_token.mechanism, KafkaMechanism::oauthbearer);
    EXPECT_TRUE(!by_token.has_tls() && by_token.has_sasl());
    EXPECT_EQ(by_token.token_url, "https://idp.corp/token");
    EXPECT_EQ(by_token.client_id, "me");
    EXPECT_EQ(by_token.client_secret_file, "/idp.secret");
    EXPECT_EQ(by_token.scope, "kafka");
}

TEST(KafkaOptions, SecretsMayBeCredentialsOfSystemd) {
    const ScratchDir dir;
    const Variables systemd{{"CREDENTIALS_DIRECTORY", dir.path("credentials")}};
    const std::string password = dir.write("credentials/kafka.password", "x");
    const std::string key = dir.write("credentials/client.key", "x");

    const KafkaSecurity security = keys_of(sink("security: {protocol: sasl_ssl, mechanism: plain, username: a, password_file: "
                                                "kafka.password, cert_file: client.pem, key_file: client.key}"),
                                           systemd)
                                       .security;

    EXPECT_EQ(security.password_file, password);
    EXPECT_EQ(security.key_file, key);
    EXPECT_EQ(security.cert_file, "client.pem");
}

class KafkaAccepts : public testing::TestWithParam<std::string> {};

TEST_P(KafkaAccepts, WhatGoesTogether) { EXPECT_EQ(problems_of(sink(GetParam())), ""); }

INSTANTIATE_TEST_SUITE_P(
    KafkaOptions, KafkaAccepts,
    testing::Values("security: {}", "security: {protocol: plaintext, mechanism: none}", "security: {protocol: ssl}",
                    "security: {protocol: ssl, ca_file: a}", "security: {protocol: ssl, cert_file: a, key_file: b}",
                    "security: {protocol: sasl_ssl, mechanism: plain, username: a, password_file: b}",
                    "security: {protocol: sasl_plaintext, mechanism: scram-sha-256, username: a, password_file: b}",
                    "options: {}", "options: {client.rack: a, queue.buffering.max.messages: 10}", "compression: none",
                    "compression: gzip", "compression: snappy", "max_message_size: 1GiB", "format: envelope",
                    "checkpoint_topic: A.b_c-9"),
    [](const auto& info) { return case_name(info.index, info.param); });

class IsTopic : public testing::TestWithParam<std::string> {};

TEST_P(IsTopic, WithTheLongestTenantsNameToo) { EXPECT_EQ(problems_of(sink("key: tenant", GetParam())), ""); }

INSTANTIATE_TEST_SUITE_P(KafkaOptions, IsTopic,
                         testing::Values("a", "'{tenant}'", "A.b_c-9", "'okta.{tenant}.x'", std::string(249, 'a'),
                                         "'" + std::string(186, 'a') + "{tenant}'"),
                         [](const auto& info) { return case_name(info.index, info.param); });

class IsNoTopic : public testing::TestWithParam<std::string> {};

TEST_P(IsNoTopic, AndIsQuoted) {
    EXPECT_EQ(problems_of(sink("key: tenant", "'" + GetParam() + "'")),
              "oktail.yaml:2:54: sinks.bus.topic: " + quote(GetParam(), 128) +
                  " is no name of a topic; write letters, digits, . _ and -, at most 249 with the tenant's name\n");
}

INSTANTIATE_TEST_SUITE_P(KafkaOptions, IsNoTopic,
                         testing::Values(".", "..", "okta log", "okta/log", "{tenant", "{sink}", "{tenant}{tenant}",
                                         std::string(250, 'a'), std::string(187, 'a') + "{tenant}"),
                         [](const auto& info) { return case_name(info.index, info.param); });

struct KafkaRefusal {
    std::string keys;
    std::string problem;
};

class KafkaRefuses : public testing::TestWithParam<KafkaRefusal> {};

TEST_P(KafkaRefuses, WithAdvice) { EXPECT_EQ(problems_of(sink(GetParam().keys)), GetParam().problem + '\n'); }

std::string name_of(const testing::TestParamInfo<KafkaRefusal>& info) { return case_name(info.index, info.param.keys); }

const char* const apart =
    "protocol and mechanism do not go together; sasl_ssl and sasl_plaintext have a mechanism, plaintext and "
    "ssl have none";
const char* const no_password = "this mechanism needs a user and a password; give username and password_file";
const char* const no_tokens =
    "oauthbearer needs to know where tokens come from; give token_url, client_id and client_secret_file";

KafkaRefusal security(const std::string& keys, const std::string& why) {
    return {"security: {" + keys + "}", "oktail.yaml:2:70: sinks.bus.security: " + why};
}

INSTANTIATE_TEST_SUITE_P(
    KafkaOptionsBySecurity, KafkaRefuses,
    testing::Values(
        security("protocol: sasl_ssl", apart), security("protocol: sasl_plaintext", apart),
        security("mechanism: plain, username: a, password_file: b", apart),
        security("protocol: ssl, mechanism: scram-sha-256, username: a, password_file: b", apart),
        security("protocol: sasl_ssl, mechanism: plain, username: a", no_password),
        security("protocol: sasl_ssl, mechanism: scram-sha-512, password_file: a", no_password),
        security("protocol: sasl_ssl, mechanism: oauthbearer, token_url: 'https://a', client_id: b", no_tokens),
        security("protocol: sasl_ssl, mechanism: oauthbearer, token_url: 'https://a', client_secret_file: b", no_tokens),
        security("protocol: sasl_ssl, mechanism: oauthbearer, client_id: a, client_secret_file: b",
                 std::string(no_tokens) +
                     "\noktail.yaml:2:70: sinks.bus.security: tokens come over https only; write https://HOST/PATH"),
        security("protocol: sasl_ssl, mechanism: oauthbearer, token_url: 'http://a', client_id: b, client_secret_file: c",
                 "tokens come over https only; write https://HOST/PATH"),
        security("protocol: ssl, cert_file: a", "cert_file and key_file belong together; give both, or neither"),
        security("protocol: ssl, key_file: a", "cert_file and key_file belong together; give both, or neither")),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    KafkaOptionsByKey, KafkaRefuses,
    testing::Values(
        KafkaRefusal{"key: none", "oktail.yaml:2:65: sinks.bus.key: \"none\" is not accepted; known here: tenant, actor, uuid"},
        KafkaRefusal{"format: json",
                     "oktail.yaml:2:68: sinks.bus.format: \"json\" is not accepted; known here: raw, envelope, cef"},
        KafkaRefusal{"delivery: at_most_once",
                     "oktail.yaml:2:70: sinks.bus.delivery: \"at_most_once\" is not accepted; did you mean at_least_once?"},
        KafkaRefusal{"compression: brotli",
                     "oktail.yaml:2:73: sinks.bus.compression: \"brotli\" is not accepted; known here: "
                     "none, gzip, snappy, lz4, zstd"},
        KafkaRefusal{"max_message_size: 1023",
                     "oktail.yaml:2:78: sinks.bus.max_message_size: \"1023\" is out of range; write 64KiB to 1GiB"},
        KafkaRefusal{"max_message_size: 2GiB",
                     "oktail.yaml:2:78: sinks.bus.max_message_size: \"2GiB\" is out of range; write 64KiB to 1GiB"},
        KafkaRefusal{"checkpoint_topic: 'a b'",
                     "oktail.yaml:2:78: sinks.bus.checkpoint_topic: \"a b\" is no name of a topic; "
                     "write letters, digits, . _ and -, at most 249 with the tenant's name"},
        KafkaRefusal{
            "checkpoint_topic: '{tenant}'",
            "oktail.yaml:2:78: sinks.bus.checkpoint_topic: \"{tenant}\" is no name of a topic; write letters, digits, . "
            "_ and -, at most 249 with the tenant's name"},
        KafkaRefusal{"checkpoint_topic: okta",
                     "oktail.yaml:2:54: sinks.bus.topic: events and checkpoints cannot share a topic; give each its own"},
        KafkaRefusal{"security: {protocol: tls}",
                     "oktail.yaml:2:81: sinks.bus.security.protocol: \"tls\" is not accepted; known "
                     "here: plaintext, ssl, sasl_plaintext, sasl_ssl"},
        KafkaRefusal{
            "security: {password: a}",
            "oktail.yaml:2:71: sinks.bus.security.password: a secret must not stand in the configuration; put it into a "
            "file of its own (chmod 0600) and name that: client_secret_files: [acme.secret]"},
        KafkaRefusal{"options: {linger.ms: [1]}",
                     "oktail.yaml:2:81: sinks.bus.options.\"linger.ms\": must be one value; write it on this line, in quotes"},
        KafkaRefusal{"brokerz: []", "oktail.yaml:2:60: sinks.bus.brokerz: unknown key; did you mean brokers?"}),
    name_of);

TEST(KafkaOptions, BrokersAreAddresses) {
    EXPECT_EQ(problems_of(sink("key: tenant", "okta", "k1.corp, k2.corp:9092, 'k3.corp:x'")),
              "oktail.yaml:2:32: sinks.bus.brokers[0]: \"k1.corp\" is no address; write a host and a port, such as "
              "k1.corp:9092\n"
              "oktail.yaml:2:55: sinks.bus.brokers[2]: \"k3.corp:x\" is no address; write a host and a port, such as "
              "k1.corp:9092\n");
    EXPECT_EQ(problems_of(sink("key: tenant", "okta", "")),
              "oktail.yaml:2:31: sinks.bus.brokers: has 0 entries; write 1 to 64\n");
}

TEST(KafkaOptions, WhatIsRequiredIsNamed) {
    EXPECT_EQ(problems_of("sinks: {bus: {type: kafka}}\n"),
              "oktail.yaml:1:14: sinks.bus.brokers: is missing; add it, such as brokers: [\"k1.corp:9093\", \"k2.corp:9093\"]\n"
              "oktail.yaml:1:14: sinks.bus.topic: is missing; add it, such as topic: okta.system-log\n");
}

/// What exactly-once hangs on, what has a key of its own, and secrets.
class IsOurs : public testing::TestWithParam<std::string> {};

TEST_P(IsOurs, AndCannotBeSet) {
    const std::string quoted = '"' + GetParam() + '"';
    EXPECT_EQ(problems_of(sink("options: {" + GetParam() + ": x}")),
              "oktail.yaml:2:70: sinks.bus.options." + (GetParam().find('.') == std::string::npos ? GetParam() : quoted) +
                  ": " + quoted + " is set by oktail itself; remove it; the sink's own keys say what can be chosen\n");
}

INSTANTIATE_TEST_SUITE_P(
    KafkaOptions, IsOurs,
    testing::Values("transactional.id", "enable.idempotence", "enable.gapless.guarantee", "isolation.level", "acks",
                    "request.required.acks", "bootstrap.servers", "metadata.broker.list", "max.in.flight",
                    "max.in.flight.requests.per.connection", "retries", "message.send.max.retries", "message.max.bytes",
                    "batch.size", "partitioner", "compression.codec", "compression.type", "security.protocol",
                    "ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "group.id", "auto.offset.reset",
                    "enable.partition.eof", "queuing.strategy", "delivery.report.only.error", "client.id", "sasl.mechanism",
                    "sasl.mechanisms", "sasl.username", "sasl.oauthbearer.config", "enable.auto.commit",
                    "enable.auto.offset.store", "enable.sasl.oauthbearer.unsecure.jwt", "dr_msg_cb", "plugin.library.paths"),
    [](const auto& info) { return case_name(info.index, info.param); });

TEST(KafkaOptions, EveryProblemIsToldAtOnce) {
    EXPECT_EQ(problems_of(sink("security: {cert_file: a}, options: {acks: 1}", "'a b'", "k1")),
              "oktail.yaml:2:32: sinks.bus.brokers[0]: \"k1\" is no address; write a host and a port, such as k1.corp:9092\n"
              "oktail.yaml:2:44: sinks.bus.topic: \"a b\" is no name of a topic; write letters, digits, . _ and -, at most 249 "
              "with the tenant's name\n"
              "oktail.yaml:2:61: sinks.bus.security: cert_file and key_file belong together; give both, or neither\n"
              "oktail.yaml:2:87: sinks.bus.options.acks: \"acks\" is set by oktail itself; remove it; the sink's own keys say "
              "what can be chosen\n");
}

TEST(KafkaOptions, EveryKeyMakesADifference) {
    const auto options = [](const std::string& keys) {
        const FromText read(sink(keys));
        EXPECT_EQ(read.problems.text(), "");
        return read.config.sinks.at(0).options;
    };
    const auto usual = options("key: tenant");

    EXPECT_TRUE(usual->is_same_as(*options("max_message_size: 1000000")));
    for (const char* other :
         {"key: actor", "checkpoint_topic: a", "format: cef", "delivery: at_least_once", "compression: none",
          "max_message_size: 1MiB", "security: {protocol: ssl}", "options: {linger.ms: 1}"})
        EXPECT_FALSE(usual->is_same_as(*options(other))) << other;
}

class KafkaFiles : public testing::Test {
protected:
    /// What is wrong with the files of these keys, without the folder's name.
    std::string problems_of_files(const std::string& security) const {
        const FromText read(sink("security: {" + security + "}"));
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

TEST_F(KafkaFiles, NoneAreNeeded) { EXPECT_EQ(problems_of_files("protocol: ssl"), ""); }

TEST_F(KafkaFiles, ThatCanBeReadAreFine) {
    const std::string certificate = dir_.write("client.pem", "x", 0644);
    const std::string secret = dir_.write("secret", "x", 0600);

    EXPECT_EQ(problems_of_files("protocol: sasl_ssl, mechanism: plain, username: a, password_file: " + secret +
                                ", ca_file: " + certificate + ", cert_file: " + certificate + ", key_file: " + secret),
              "");
}

TEST_F(KafkaFiles, ThatAreMissingAreAllNamed) {
    EXPECT_EQ(
        problems_of_files("protocol: sasl_ssl, mechanism: plain, username: a, password_file: " + dir_.path("password") +
                          ", ca_file: " + dir_.path("ca.pem") + ", cert_file: " + dir_.path("client.pem") +
                          ", key_file: " + dir_.path("client.key")),
        "oktail.yaml:2:70: sinks.bus.security: client.key cannot be read (No such file or directory); put the secret "
        "there\n"
        "oktail.yaml:2:70: sinks.bus.security: password cannot be read (No such file or directory); put the secret there\n"
        "oktail.yaml:2:70: sinks.bus.security: the ca_file ca.pem cannot be read (No such file or directory); put the "
        "certificates there, or remove the key\n"
        "oktail.yaml:2:70: sinks.bus.security: the cert_file client.pem cannot be read (No such file or directory); put "
        "the certificates there, or remove the key\n");
}

TEST_F(KafkaFiles, SecretsThatAreOpenToOthersAreRefused) {
    const std::string secret = dir_.write("idp.secret", "x", 0644);

    EXPECT_EQ(problems_of_files("protocol: sasl_ssl, mechanism: oauthbearer, token_url: 'https://a/', client_id: b, "
                                "client_secret_file: " +
                                secret),
              "oktail.yaml:2:70: sinks.bus.security: idp.secret is open to every user; chmod 0600, or 0640 for a group\n");
}

}  // namespace
}  // namespace oktail
