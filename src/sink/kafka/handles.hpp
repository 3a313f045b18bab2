#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace oktail {

/// librdkafka's objects, given back when they go.
struct KafkaFree {
    void operator()(rd_kafka_t* handle) const noexcept { ::rd_kafka_destroy(handle); }
    void operator()(rd_kafka_conf_t* conf) const noexcept { ::rd_kafka_conf_destroy(conf); }
    void operator()(rd_kafka_topic_t* topic) const noexcept { ::rd_kafka_topic_destroy(topic); }
    void operator()(rd_kafka_error_t* error) const noexcept { ::rd_kafka_error_destroy(error); }
    void operator()(rd_kafka_message_t* message) const noexcept { ::rd_kafka_message_destroy(message); }
    void operator()(rd_kafka_queue_t* queue) const noexcept { ::rd_kafka_queue_destroy(queue); }
    void operator()(rd_kafka_event_t* event) const noexcept { ::rd_kafka_event_destroy(event); }
    void operator()(rd_kafka_headers_t* headers) const noexcept { ::rd_kafka_headers_destroy(headers); }
    void operator()(rd_kafka_topic_partition_list_t* list) const noexcept { ::rd_kafka_topic_partition_list_destroy(list); }
    void operator()(rd_kafka_ConfigResource_t* resource) const noexcept { ::rd_kafka_ConfigResource_destroy(resource); }
    void operator()(const rd_kafka_metadata_t* metadata) const noexcept { ::rd_kafka_metadata_destroy(metadata); }
};

template <class T>
using KafkaHandle = std::unique_ptr<T, KafkaFree>;

}  // namespace oktail
