#include "sink/kafka/checkpoint_topic.hpp"

#include "core/log.hpp"
#include "sink/kafka/checkpoint_record.hpp"
#include "sink/kafka/kafka_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace oktail {
namespace {

using std::chrono::seconds;

constexpr int answer_ms = 10'000;
constexpr seconds patience{90};  // longer than a transaction may hang

/// The partitions of a topic and where each ends, whatever is committed.
using Ends = std::map<std::int32_t, std::int64_t>;

Result<std::int32_t> partitions_of(KafkaClient& client, const std::string& topic) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto code = ::rd_kafka_metadata(client.get(), 0, client.topic(topic), &found, answer_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(code, "topic " + topic);
    const KafkaHandle<const rd_kafka_metadata_t> metadata(found);
    if (metadata->topic_cnt != 1) return client.error(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "topic " + topic);
    if (metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(metadata->topics[0].err, "topic " + topic);
    return metadata->topics[0].partition_cnt;
}

/// A reader of what is committed would be told the end that a hanging transaction allows.
Result<Ends> ends_of(const KafkaKeys& keys, const std::string& sink) {
    auto client = KafkaClient::make(RD_KAFKA_CONSUMER, keys, consumer_properties(keys, false), sink);
    if (!client) return client.error();
    const auto partitions = partitions_of(**client, keys.checkpoint_topic);
    if (!partitions) return partitions.error();
    Ends ends;
    for (std::int32_t partition = 0; partition < *partitions; ++partition) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        const auto code = ::rd_kafka_query_watermark_offsets((*client)->get(), keys.checkpoint_topic.c_str(), partition, &low,
                                                             &high, answer_ms);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return (*client)->error(code, "topic " + keys.checkpoint_topic);
        if (high > low) ends[partition] = high;
    }
    return ends;
}

class Reading {
public:
    Reading(const std::string& sink, const std::string& owner_key) : sink_(sink), owner_key_(owner_key) {}

    Result<void> take(const rd_kafka_message_t& record) {
        const std::string_view key(static_cast<const char*>(record.key), record.key_len);
        const std::string_view value(static_cast<const char*>(record.payload), record.len);
        if (key == owner_key_) table_.owner = std::string(value);
        const auto route = route_of(key);
        if (!route || route->sink() != sink_) return Result<void>();
        if (!record.payload) {  // a tombstone: somebody wants the route to begin anew
            table_.routes.erase(*route);
            return Result<void>();
        }
        auto checkpoint = parse_checkpoint_value(value);
        if (!checkpoint) return checkpoint.error().in(std::string(key));
        table_.routes[*route] = std::move(*checkpoint);
        return Result<void>();
    }
    CheckpointTable done() { return std::move(table_); }

private:
    const std::string& sink_;
    const std::string& owner_key_;
    CheckpointTable table_;
};

}  // namespace

Result<CheckpointTable> read_checkpoints(const KafkaKeys& keys, const std::string& sink, const std::string& owner_key,
                                         const Clock& clock) {
    auto ends = ends_of(keys, sink);
    if (!ends) return ends.error();
    auto client = KafkaClient::make(RD_KAFKA_CONSUMER, keys, consumer_properties(keys, true), sink);
    if (!client) return client.error();
    rd_kafka_t* const handle = (*client)->get();
    ::rd_kafka_poll_set_consumer(handle);
    const KafkaHandle<rd_kafka_topic_partition_list_t> all(::rd_kafka_topic_partition_list_new(static_cast<int>(ends->size())));
    for (const auto& [partition, end] : *ends)
        ::rd_kafka_topic_partition_list_add(all.get(), keys.checkpoint_topic.c_str(), partition)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    if (const auto code = ::rd_kafka_assign(handle, all.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return (*client)->error(code, "topic " + keys.checkpoint_topic);

    Reading reading(sink, owner_key);
    const SteadyTime deadline = clock.now() + patience;
    bool was_told = false;
    while (!ends->empty()) {
        const KafkaHandle<rd_kafka_message_t> record(::rd_kafka_consumer_poll(handle, 1'000));
        if (clock.now() > deadline)
            return (*client)->error(RD_KAFKA_RESP_ERR__TIMED_OUT, "reading topic " + keys.checkpoint_topic);
        if (!record && !was_told) {
            was_told = true;
            log::info(log::Scope({}, sink), "waiting for the end of the checkpoint topic: a transaction may hang in it");
        }
        if (!record) continue;
        const auto end = ends->find(record->partition);
        if (record->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            const auto taken = reading.take(*record);
            if (!taken) return taken.error();
            if (end != ends->end() && record->offset + 1 >= end->second) ends->erase(end);
        } else if (record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            if (end != ends->end() && record->offset >= end->second) ends->erase(end);
        } else if (record->err != RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {  // it belongs to none
            return (*client)->error(record->err, "reading topic " + keys.checkpoint_topic,
                                    ::rd_kafka_message_errstr(record.get()));
        }
    }
    return reading.done();
}

}  // namespace oktail
