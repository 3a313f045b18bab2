#pragma once

#include "format/line_format.hpp"
#include "sink/kafka/handles.hpp"
#include "sink/kafka/kafka_options.hpp"

#include <oktail/sink/sink.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// What is the same in all records of a route, and how the others are made. Immutable, any thread.
class RecordFormat {
public:
    RecordFormat(const KafkaKeys& keys, const RouteId& route, const TenantProfile& tenant);

    const std::string& topic() const noexcept { return topic_; }
    /// The record's value: the event's own bytes, or else those of `scratch`.
    std::string_view value(std::string_view event, std::string& scratch) const { return format_.text(event, scratch); }
    std::string key(std::string_view event) const;
    KafkaHandle<rd_kafka_headers_t> headers(std::string_view event) const;
    /// Bytes of an event up to which its record fits into `most`, whatever the event holds.
    std::size_t largest_event(std::size_t most) const noexcept;

private:
    KafkaKey key_;
    std::string tenant_;
    std::string topic_;
    LineFormat format_;
    std::size_t wrapping_;  // bytes that the format puts around an event
    std::vector<std::pair<std::string, std::string>> fixed_;
};

/// Milliseconds since the epoch; 0: Kafka is to take its own.
std::int64_t record_time(const EventSlice& slice) noexcept;

}  // namespace oktail
