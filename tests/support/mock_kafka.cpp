#include "support/mock_kafka.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace oktail {
namespace {

using Properties = std::map<std::string, std::string>;

KafkaHandle<rd_kafka_t> handle(rd_kafka_type_t type, const Properties& properties) {
    std::array<char, 512> why{};
    KafkaHandle<rd_kafka_conf_t> conf(::rd_kafka_conf_new());
    for (const auto& [name, value] : properties)
        if (::rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
            throw std::runtime_error(why.data());
    KafkaHandle<rd_kafka_t> made(::rd_kafka_new(type, conf.get(), why.data(), why.size()));
    if (!made) throw std::runtime_error(why.data());
    static_cast<void>(conf.release());
    return made;
}

std::int16_t number(KafkaApi kind) { return static_cast<std::int16_t>(kind); }

void must(rd_kafka_resp_err_t code) {
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(::rd_kafka_err2str(code));
}

std::string text(const void* bytes, std::size_t size) {
    return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

MockRecord record_of(const rd_kafka_message_t& message) {
    MockRecord record;
    record.key = text(message.key, message.key_len);
    record.value = text(message.payload, message.len);
    record.timestamp = ::rd_kafka_message_timestamp(&message, nullptr);
    rd_kafka_headers_t* headers = nullptr;
    if (::rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; ::rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
        record.headers[name] = text(value, size);
    return record;
}

/// Partitions of the topic, all to be read from their beginning.
KafkaHandle<rd_kafka_topic_partition_list_t> partitions_of(rd_kafka_t* client, const std::string& topic) {
    const KafkaHandle<rd_kafka_topic_t> about(::rd_kafka_topic_new(client, topic.c_str(), nullptr));
    const rd_kafka_metadata_t* found = nullptr;
    must(::rd_kafka_metadata(client, 0, about.get(), &found, 10'000));
    const KafkaHandle<const rd_kafka_metadata_t> metadata(found);
    must(metadata->topics[0].err);
    const int count = metadata->topics[0].partition_cnt;
    KafkaHandle<rd_kafka_topic_partition_list_t> list(::rd_kafka_topic_partition_list_new(count));
    for (int i = 0; i < count; ++i)
        ::rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    return list;
}

}  // namespace

MockKafka::MockKafka(const std::vector<std::string>& topics, int brokers)
    : keeper_(handle(RD_KAFKA_PRODUCER, {{"log_level", "2"}})), cluster_(::rd_kafka_mock_cluster_new(keeper_.get(), brokers)),
      address_(::rd_kafka_mock_cluster_bootstraps(cluster_.get())), brokers_(brokers) {
    for (const std::string& topic : topics) create(topic);
}

MockKafka::~MockKafka() = default;

void MockKafka::create(const std::string& topic, int partitions) {
    must(::rd_kafka_mock_topic_create(cluster_.get(), topic.c_str(), partitions, 1));
}

void MockKafka::answer(KafkaApi kind, const std::vector<rd_kafka_resp_err_t>& answers) {
    ::rd_kafka_mock_push_request_errors_array(cluster_.get(), number(kind), answers.size(), answers.data());
}

void MockKafka::forget_answers(KafkaApi kind) { ::rd_kafka_mock_clear_request_errors(cluster_.get(), number(kind)); }

void MockKafka::answer_at(int broker, KafkaApi kind, rd_kafka_resp_err_t answer, int late_ms) {
    must(::rd_kafka_mock_broker_push_request_error_rtts(cluster_.get(), broker, number(kind), 1, answer, late_ms));
}

void MockKafka::answer_late(KafkaApi kind, int late_ms) {
    for (int broker = 1; broker <= brokers_; ++broker) answer_at(broker, kind, RD_KAFKA_RESP_ERR_NO_ERROR, late_ms);
}

void MockKafka::lead(const std::string& topic, int broker) {
    must(::rd_kafka_mock_partition_set_leader(cluster_.get(), topic.c_str(), 0, broker));
}

void MockKafka::put(const std::string& topic, const std::string& key, const std::string& value) {
    const auto producer = handle(RD_KAFKA_PRODUCER, {{"bootstrap.servers", address_}, {"log_level", "2"}});
    must(::rd_kafka_producev(producer.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_KEY(key.data(), key.size()),
                             RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END));
    must(::rd_kafka_flush(producer.get(), 10'000));
}

void MockKafka::fail_topic(const std::string& topic, rd_kafka_resp_err_t error) {
    ::rd_kafka_mock_topic_set_error(cluster_.get(), topic.c_str(), error);
}

void MockKafka::set_round_trip(int ms) { must(::rd_kafka_mock_broker_set_rtt(cluster_.get(), -1, ms)); }
void MockKafka::go_down() { must(::rd_kafka_mock_broker_set_down(cluster_.get(), -1)); }
void MockKafka::come_up() { must(::rd_kafka_mock_broker_set_up(cluster_.get(), -1)); }

std::vector<MockRecord> MockKafka::records(const std::string& topic) const {
    const auto client = handle(RD_KAFKA_CONSUMER, {{"bootstrap.servers", address_},
                                                   {"group.id", "reader"},
                                                   {"enable.partition.eof", "true"},
                                                   {"enable.auto.commit", "false"},
                                                   {"fetch.wait.max.ms", "5"},
                                                   {"log_level", "2"}});
    ::rd_kafka_poll_set_consumer(client.get());
    const auto list = partitions_of(client.get(), topic);
    must(::rd_kafka_assign(client.get(), list.get()));
    std::map<std::int32_t, std::vector<MockRecord>> found;
    std::set<std::int32_t> ended;
    while (ended.size() < static_cast<std::size_t>(list->cnt)) {
        const KafkaHandle<rd_kafka_message_t> message(::rd_kafka_consumer_poll(client.get(), 10'000));
        if (!message) throw std::runtime_error("the mock cluster does not answer");
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            ended.insert(message->partition);
        } else {
            must(message->err);
            found[message->partition].push_back(record_of(*message));
        }
    }
    std::vector<MockRecord> all;
    for (auto& [partition, records] : found) std::move(records.begin(), records.end(), std::back_inserter(all));
    return all;
}

std::vector<std::string> MockKafka::values(const std::string& topic) const {
    std::vector<std::string> out;
    for (MockRecord& record : records(topic)) out.push_back(std::move(record.value));
    return out;
}

}  // namespace oktail
