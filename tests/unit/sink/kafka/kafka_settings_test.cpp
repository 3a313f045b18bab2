#include "sink/kafka/kafka_settings.hpp"

#include "sink/kafka/kafka_sink_factory.hpp"
#include "support/case_name.hpp"
#include "unit/config/config_text.hpp"
#include "unit/config/scratch_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace oktail {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Key;
using testing::Not;
using testing::Pair;

KafkaKeys keys_with(std::map<std::string, std::string> options = {}) {
    KafkaKeys keys;
    keys.brokers = {"k1.corp:9093", "k2.corp:9093"};
    keys.topic = "okta";
    keys.options = std::move(options);
    return keys;
}

TEST(KafkaSettings, AnExactProducerHasItsTransactionalId) {
    const KafkaProperties properties = producer_properties(keys_with(), "oktail-siem-1-bus", 500'000);

    EXPECT_THAT(properties, IsSupersetOf(KafkaProperties{{"bootstrap.servers", "k1.corp:9093,k2.corp:9093"},
                                                         {"client.id", "oktail"},
                                                         {"security.protocol", "plaintext"},
                                                         {"transactional.id", "oktail-siem-1-bus"},
                                                         {"transaction.timeout.ms", "30000"},
                                                         {"message.timeout.ms", "30000"},
                                                         {"message.max.bytes", "500000"},
                                                         {"batch.size", "500000"},
                                                         {"compression.codec", "zstd"},
                                                         {"partitioner", "murmur2_random"}}));
    EXPECT_EQ(transactional_id("siem-1", "bus"), "oktail-siem-1-bus");
}

TEST(KafkaSettings, AnotherProducerIsIdempotent) {
    const KafkaProperties properties =
        producer_properties(keys_with({{"transaction.timeout.ms", "9000"}, {"linger.ms", "1"}}), "", 2'000'000);

    EXPECT_THAT(properties, Contains(Pair("enable.idempotence", "true")));
    EXPECT_THAT(properties, Not(Contains(Key("transactional.id"))));
    EXPECT_THAT(properties, Not(Contains(Key("transaction.timeout.ms"))));
    EXPECT_THAT(properties, IsSupersetOf(KafkaProperties{{"message.max.bytes", "2000000"}, {"batch.size", "1000000"}}));
}

TEST(KafkaSettings, WhatUsersSetWins) {
    const KafkaProperties properties = producer_properties(
        keys_with({{"linger.ms", "20"}, {"transaction.timeout.ms", "9000"}, {"client.rack", "b"}, {"compression.level", "9"}}),
        "id", 1'000'000);

    EXPECT_THAT(
        properties,
        IsSupersetOf(KafkaProperties{
            {"linger.ms", "20"}, {"transaction.timeout.ms", "9000"}, {"client.rack", "b"}, {"compression.level", "9"}}));
}

/// They come through the deny-list only by a mistake in it; still nothing moves.
TEST(KafkaSettings, WhatExactlyOnceHangsOnCannotBeMoved) {
    const KafkaKeys keys = keys_with({{"transactional.id", "mine"},
                                      {"enable.idempotence", "false"},
                                      {"isolation.level", "read_uncommitted"},
                                      {"auto.offset.reset", "latest"},
                                      {"enable.auto.commit", "true"},
                                      {"enable.partition.eof", "false"},
                                      {"group.id", "mine"}});

    EXPECT_THAT(producer_properties(keys, "ours", 1'000), Contains(Pair("transactional.id", "ours")));
    EXPECT_THAT(producer_properties(keys, "", 1'000), Contains(Pair("enable.idempotence", "true")));
    EXPECT_THAT(consumer_properties(keys, true), IsSupersetOf(KafkaProperties{{"isolation.level", "read_committed"},
                                                                              {"auto.offset.reset", "earliest"},
                                                                              {"enable.auto.commit", "false"},
                                                                              {"enable.partition.eof", "true"},
                                                                              {"group.id", "oktail-reads-its-checkpoints"}}));
}

TEST(KafkaSettings, AReaderSeesWhatIsCommittedOrWhereTheTopicEnds) {
    EXPECT_THAT(consumer_properties(keys_with(), true), Contains(Pair("isolation.level", "read_committed")));
    EXPECT_THAT(consumer_properties(keys_with(), false), Contains(Pair("isolation.level", "read_uncommitted")));
}

/// librdkafka would complain about each of them.
TEST(KafkaSettings, AReaderGetsWhatIsNotForProducersAlone) {
    const KafkaProperties properties = consumer_properties(
        keys_with(
            {{"linger.ms", "20"}, {"transaction.timeout.ms", "9000"}, {"client.rack", "b"}, {"socket.timeout.ms", "7000"}}),
        true);

    EXPECT_THAT(properties, IsSupersetOf(KafkaProperties{{"client.rack", "b"}, {"socket.timeout.ms", "7000"}}));
    EXPECT_THAT(properties, Not(Contains(Key("linger.ms"))));
    EXPECT_THAT(properties, Not(Contains(Key("transaction.timeout.ms"))));
    EXPECT_THAT(properties, Not(Contains(Key("transactional.id"))));
}

TEST(KafkaSettings, LibrdkafkaTakesAllOfThem) {
    for (const char* compression : {"none", "gzip", "snappy", "lz4", "zstd"}) {
        KafkaKeys keys = keys_with();
        keys.compression = compression;
        for (const auto& properties : {producer_properties(keys, "id", 1'024), producer_properties(keys, "", 1UL << 29U),
                                       consumer_properties(keys, true), consumer_properties(keys, false)}) {
            const auto conf = make_conf(keys, properties);
            EXPECT_TRUE(conf.has_value()) << (conf ? "" : conf.error().what());
        }
    }
}

/// It says so in its words, and checks what hangs together only when it makes the handle.
TEST(KafkaSettings, HandlesAreMadeOfThem) {
    KafkaKeys keys = keys_with({{"log_level", "2"}});
    keys.brokers = {"127.0.0.1:1"};
    std::array<char, 512> why{};
    for (const std::size_t most : {65'536UL, 1'000'000UL, 1'000'000'000UL}) {
        auto exact = make_conf(keys, producer_properties(keys, "id", most));
        auto idempotent = make_conf(keys, producer_properties(keys, "", most));

        const KafkaHandle<rd_kafka_t> first(::rd_kafka_new(RD_KAFKA_PRODUCER, exact->release(), why.data(), why.size()));
        EXPECT_TRUE(first) << most << ": " << why.data();
        const KafkaHandle<rd_kafka_t> second(::rd_kafka_new(RD_KAFKA_PRODUCER, idempotent->release(), why.data(), why.size()));
        EXPECT_TRUE(second) << most << ": " << why.data();
    }
}

class KafkaSecrets : public testing::Test {
protected:
    KafkaSecrets() {
        keys_.security.protocol = KafkaProtocol::sasl_ssl;
        keys_.security.mechanism = KafkaMechanism::scram_sha_512;
        keys_.security.username = "oktail";
        keys_.security.password_file = dir_.write("password", "correct horse\n");
    }
    static std::string property(rd_kafka_conf_t* conf, const char* name) {
        std::array<char, 512> value{};
        std::size_t size = value.size();
        EXPECT_EQ(::rd_kafka_conf_get(conf, name, value.data(), &size), RD_KAFKA_CONF_OK);
        return value.data();
    }

    ScratchDir dir_;
    KafkaKeys keys_ = keys_with();
};

TEST_F(KafkaSecrets, AreNotAmongTheProperties) {
    for (const auto& properties : {producer_properties(keys_, "id", 1'000'000), consumer_properties(keys_, true)}) {
        EXPECT_THAT(properties, IsSupersetOf(KafkaProperties{{"security.protocol", "sasl_ssl"},
                                                             {"sasl.mechanism", "SCRAM-SHA-512"},
                                                             {"sasl.username", "oktail"},
                                                             {"ssl.endpoint.identification.algorithm", "https"}}));
        for (const auto& [name, value] : properties) EXPECT_THAT(value, Not(HasSubstr("correct horse"))) << name;
    }
}

TEST_F(KafkaSecrets, AreReadFromTheirFilesEachTime) {
    const auto first = make_conf(keys_, producer_properties(keys_, "id", 1'000'000));
    dir_.write("password", "battery staple");
    const auto second = make_conf(keys_, producer_properties(keys_, "id", 1'000'000));

    EXPECT_EQ(property(first->get(), "sasl.password"), "correct horse");
    EXPECT_EQ(property(second->get(), "sasl.password"), "battery staple");
}

TEST_F(KafkaSecrets, ThatCannotBeReadAreSaidAndAreTransient) {
    keys_.security.password_file = dir_.path("none");

    const auto conf = make_conf(keys_, producer_properties(keys_, "id", 1'000'000));

    ASSERT_FALSE(conf.has_value());
    EXPECT_EQ(conf.error().kind(), ErrorKind::transient);
    EXPECT_THAT(conf.error().what(), HasSubstr("none cannot be read (No such file or directory); put the secret there"));
}

TEST_F(KafkaSecrets, FilesOfTlsAreNamed) {
    keys_.security.ca_file = "/ca.pem";
    keys_.security.cert_file = "/client.pem";
    keys_.security.key_file = "/client.key";

    EXPECT_THAT(
        producer_properties(keys_, "id", 1'000'000),
        IsSupersetOf(KafkaProperties{
            {"ssl.ca.location", "/ca.pem"}, {"ssl.certificate.location", "/client.pem"}, {"ssl.key.location", "/client.key"}}));
}

TEST(KafkaSettings, MechanismsHaveTheirNamesInKafka) {
    KafkaKeys keys = keys_with();
    keys.security.protocol = KafkaProtocol::sasl_plaintext;
    const auto mechanism = [&](KafkaMechanism which) {
        keys.security.mechanism = which;
        return consumer_properties(keys, true).at("sasl.mechanism");
    };

    EXPECT_EQ(mechanism(KafkaMechanism::plain), "PLAIN");
    EXPECT_EQ(mechanism(KafkaMechanism::scram_sha_256), "SCRAM-SHA-256");
    EXPECT_EQ(mechanism(KafkaMechanism::scram_sha_512), "SCRAM-SHA-512");
    EXPECT_EQ(mechanism(KafkaMechanism::oauthbearer), "OAUTHBEARER");
    EXPECT_THAT(consumer_properties(keys, true), Not(Contains(Key("ssl.endpoint.identification.algorithm"))));
}

/// What `oktail check` says of `options`.
std::string problems_of_factory(const std::string& options) {
    const auto parse = [](const ConfigNode& sink, const Environment& environment, Problems& problems) {
        return KafkaSinkFactory().parse(sink, environment, problems);
    };
    const SinkTypes types{{"kafka", kafka_keys(), parse}};
    const Environment environment = environment_of();
    Problems problems;
    auto root = read_yaml("sinks: {bus: {type: kafka, brokers: ['k1:9092'], topic: okta, options: {" + options + "}}}\n",
                          "oktail.yaml", environment, problems);
    read_config(std::move(*root), environment, types, problems);
    return problems.text();
}

class IsNonsense : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(IsNonsense, AndIsRefusedByName) {
    EXPECT_THAT(problems_of_factory(GetParam().first),
                testing::AllOf(testing::StartsWith("oktail.yaml:1:73: sinks.bus.options."), HasSubstr(GetParam().second)));
}

INSTANTIATE_TEST_SUITE_P(KafkaSettings, IsNonsense,
                         testing::Values(std::pair("lingr.ms: 5", "\"lingr.ms\""),
                                         std::pair("retry.backoff.ms: soon", "\"retry.backoff.ms\""),
                                         std::pair("transaction.timeout.ms: 1", "\"transaction.timeout.ms\""),
                                         std::pair("socket.timeout.ms: -1", "\"socket.timeout.ms\""),
                                         std::pair("debug: everything", "\"debug\"")),
                         [](const auto& info) { return case_name(info.index, info.param.first); });

TEST(KafkaSettings, EachPropertyThatIsNonsenseIsNamed) {
    const std::string problems = problems_of_factory("lingr.ms: 5, linger.ms: 7, soket.timeout.ms: 9");

    EXPECT_THAT(problems, testing::AllOf(HasSubstr("lingr.ms"), HasSubstr("soket.timeout.ms"), Not(HasSubstr("\"linger.ms"))));
    EXPECT_EQ(std::ranges::count(problems, '\n'), 2);
    EXPECT_EQ(problems_of_factory("linger.ms: 7, client.rack: b"), "");
}

}  // namespace
}  // namespace oktail
