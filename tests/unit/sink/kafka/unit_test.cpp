#include "sink/kafka/unit.hpp"

#include "support/batch_of.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

Unit unit_of(std::size_t events) {
    Unit unit(RouteId("acme", "bus"), nullptr, batch_of(std::vector<std::string>(events, "{}")), 0, Checkpoint(), nullptr);
    unit.prepare();
    return unit;
}

TEST(KafkaUnit, FailsWithTheFirstEventThatDidNotArrive) {
    Unit unit = unit_of(5);

    unit.note_failure(3, RD_KAFKA_RESP_ERR_INVALID_RECORD);
    unit.note_failure(1, RD_KAFKA_RESP_ERR_POLICY_VIOLATION);
    unit.note_failure(5, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);

    EXPECT_EQ(unit.failed_at, 1u);
    EXPECT_EQ(unit.failure, RD_KAFKA_RESP_ERR_POLICY_VIOLATION);
}

/// A transaction that is given up takes along what waited behind the record that was refused, and other routes' records.
TEST(KafkaUnit, IsNotToBlameForWhatWasPurged) {
    Unit unit = unit_of(5);
    Unit bystander = unit_of(5);

    unit.note_failure(3, RD_KAFKA_RESP_ERR_INVALID_RECORD);
    unit.note_failure(0, RD_KAFKA_RESP_ERR__PURGE_QUEUE);
    bystander.note_failure(0, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT);

    EXPECT_EQ(unit.failed_at, 3u);
    EXPECT_EQ(unit.failure, RD_KAFKA_RESP_ERR_INVALID_RECORD);
    EXPECT_FALSE(bystander.failed_at);
    EXPECT_TRUE(bystander.was_purged);
}

TEST(KafkaUnit, BeginsAnewWhenItIsSentOnceMore) {
    Unit unit = unit_of(5);
    unit.note_failure(3, RD_KAFKA_RESP_ERR_INVALID_RECORD);
    unit.note_failure(4, RD_KAFKA_RESP_ERR__PURGE_QUEUE);

    unit.prepare();

    EXPECT_FALSE(unit.failed_at);
    EXPECT_FALSE(unit.was_purged);
    EXPECT_EQ(unit.reports.size(), 5u);
}

}  // namespace
}  // namespace oktail
