#pragma once

#include "sink/kafka/handles.hpp"
#include "sink/kafka/kafka_options.hpp"

#include <oktail/core/error.hpp>

#include <map>
#include <string>

namespace oktail {

/// Of librdkafka, by name.
using KafkaProperties = std::map<std::string, std::string>;

/// What a producer of `transactional_id` needs; empty: one that is idempotent only. `most`: bytes of a record and of a batch.
/// Pure; secrets are not among them.
KafkaProperties producer_properties(const KafkaKeys& keys, const std::string& transactional_id, std::size_t most);
/// What a reader of the checkpoint topic needs. Of what others have not committed it sees nothing, unless it is to be told
/// where the topic really ends.
KafkaProperties consumer_properties(const KafkaKeys& keys, bool committed);

/// With the secrets, which are read from their files here. Errors: transient; librdkafka's words about a property it does not
/// take.
Result<KafkaHandle<rd_kafka_conf_t>> make_conf(const KafkaKeys& keys, const KafkaProperties& properties);

/// Who writes: whoever comes later with the same one shuts out those before it.
std::string transactional_id(const std::string& instance, const std::string& sink);

}  // namespace oktail
