#include "sink/kafka/kafka_error.hpp"

#include "support/case_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using testing::EndsWith;
using testing::StartsWith;

KafkaTrouble trouble_by_code(rd_kafka_resp_err_t code) {
    const KafkaHandle<rd_kafka_error_t> error(::rd_kafka_error_new(code, "made up"));
    return trouble_of(error.get());
}

/// Flags (fatal, retriable, abortable) can be set by librdkafka alone: tests/conformance/kafka_mock_test.cpp sees those.
TEST(KafkaError, WithoutAnErrorThereIsNoTrouble) { EXPECT_EQ(trouble_of(nullptr), KafkaTrouble::none); }

/// 2.0.2 calls PRODUCER_FENCED of AddOffsetsToTxn abortable.
TEST(KafkaError, FencingIsKnownByItsCodeWhateverTheFlags) {
    for (const auto code :
         {RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH})
        EXPECT_EQ(trouble_by_code(code), KafkaTrouble::fenced) << ::rd_kafka_err2name(code);
}

/// rdkafka.h: what is neither fatal, nor abortable, nor retriable is to be treated as fatal.
TEST(KafkaError, WhatHasNoFlagLosesTheProducer) {
    for (const auto code : {RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR_UNKNOWN,
                            RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, RD_KAFKA_RESP_ERR__NOT_CONFIGURED})
        EXPECT_EQ(trouble_by_code(code), KafkaTrouble::lost) << ::rd_kafka_err2name(code);
}

TEST(KafkaError, IsTransientAndSaysWhatItIsAbout) {
    const Error error = kafka_error(RD_KAFKA_RESP_ERR__BAD_MSG, "topic okta");

    EXPECT_EQ(error.kind(), ErrorKind::transient);
    EXPECT_EQ(error.what(), "topic okta: Local: Bad message format");
    EXPECT_EQ(kafka_error(RD_KAFKA_RESP_ERR__BAD_MSG, "").what(), "Local: Bad message format");
    EXPECT_EQ(kafka_error(RD_KAFKA_RESP_ERR__BAD_MSG, "committing", "k1:9092: refused").what(), "committing: k1:9092: refused");
}

struct Advice {
    rd_kafka_resp_err_t code;
    std::string text;
};

class KafkaAdvice : public testing::TestWithParam<Advice> {};

TEST_P(KafkaAdvice, StandsBehindTheError) {
    const std::string own = kafka_error(GetParam().code, "topic okta").what();
    const std::string librdkafkas = kafka_error(GetParam().code, "topic okta", "words").what();

    EXPECT_THAT(own, StartsWith("topic okta: "));
    EXPECT_THAT(own, EndsWith("; " + GetParam().text));
    EXPECT_EQ(librdkafkas, "topic okta: words; " + GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    KafkaError, KafkaAdvice,
    testing::Values(
        Advice{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "create the topic (docs/kafka.md), or let oktail describe it"},
        Advice{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "create the topic (docs/kafka.md), or let oktail describe it"},
        Advice{RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "create the topic (docs/kafka.md), or let oktail describe it"},
        Advice{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "let oktail's user write and describe the topic (docs/kafka.md)"},
        Advice{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
               "let oktail's user write and describe the transactional ids that begin with oktail- (docs/kafka.md)"},
        Advice{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
               "let oktail's user write idempotently to the cluster (docs/kafka.md)"},
        Advice{RD_KAFKA_RESP_ERR__AUTHENTICATION, "look at `security`"},
        Advice{RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, "look at `security`"},
        Advice{RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, "look at `security`"},
        Advice{RD_KAFKA_RESP_ERR__SSL, "look at `security`: protocol, ca_file, cert_file"},
        Advice{RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
               "the broker allows less: lower transaction.timeout.ms in `options`"}),
    [](const auto& info) { return case_name(info.index, ::rd_kafka_err2name(info.param.code)); });

TEST(KafkaError, OnlyWhatARecordCannotHelpIsAboutIt) {
    for (const auto code :
         {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, RD_KAFKA_RESP_ERR_INVALID_RECORD,
          RD_KAFKA_RESP_ERR_POLICY_VIOLATION, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP})
        EXPECT_TRUE(is_about_the_record(code)) << ::rd_kafka_err2name(code);
    for (const auto code : {RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__QUEUE_FULL,
                            RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART})
        EXPECT_FALSE(is_about_the_record(code)) << ::rd_kafka_err2name(code);
}

}  // namespace
}  // namespace oktail
