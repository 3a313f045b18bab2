#pragma once

#include "sink/kafka/handles.hpp"

#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace oktail {

/// Kinds of requests, by the numbers of Kafka's protocol.
enum class KafkaApi : std::int16_t {
    produce = 0,
    metadata = 3,
    init_producer_id = 22,
    add_partitions_to_txn = 24,
    end_txn = 26
};

/// What a reader finds in a topic.
class MockRecord {
public:
    std::string key;
    std::string value;
    std::int64_t timestamp = 0;
    std::map<std::string, std::string> headers;
};

/// librdkafka's mock cluster: brokers on loopback that speak Kafka's protocol and can be told to fail. What it cannot do: it
/// fences nobody, lets no transaction expire, and shows what was aborted like what was committed. Topics that nobody made it
/// makes at the first question. Any thread.
class MockKafka {
public:
    explicit MockKafka(const std::vector<std::string>& topics = {}, int brokers = 1);
    MockKafka(const MockKafka&) = delete;
    MockKafka& operator=(const MockKafka&) = delete;
    ~MockKafka();

    const std::string& address() const noexcept { return address_; }
    void create(const std::string& topic, int partitions = 1);
    /// The next requests of this kind are answered so; `_TRANSPORT`: by hanging up; `NO_ERROR`: as usual.
    void answer(KafkaApi kind, const std::vector<rd_kafka_resp_err_t>& answers);
    void forget_answers(KafkaApi kind);
    /// The next one at this broker is answered so, that much later.
    void answer_at(int broker, KafkaApi kind, rd_kafka_resp_err_t answer, int late_ms = 0);
    /// The next one at any broker is done as usual, and answered that much later.
    void answer_late(KafkaApi kind, int late_ms);
    /// This broker has the topic's first partition.
    void lead(const std::string& topic, int broker);
    /// A record that is none of ours.
    void put(const std::string& topic, const std::string& key, const std::string& value);
    /// In metadata and in AddPartitionsToTxn.
    void fail_topic(const std::string& topic, rd_kafka_resp_err_t error);
    void set_round_trip(int ms);
    void go_down();
    void come_up();
    /// All partitions, one behind the other.
    std::vector<MockRecord> records(const std::string& topic) const;
    std::vector<std::string> values(const std::string& topic) const;

private:
    struct Destroy {
        void operator()(rd_kafka_mock_cluster_t* cluster) const noexcept { ::rd_kafka_mock_cluster_destroy(cluster); }
    };

    KafkaHandle<rd_kafka_t> keeper_;
    std::unique_ptr<rd_kafka_mock_cluster_t, Destroy> cluster_;
    std::string address_;
    int brokers_;
};

}  // namespace oktail
