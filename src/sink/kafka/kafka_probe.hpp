#pragma once

#include "sink/kafka/kafka_options.hpp"

#include <oktail/core/error.hpp>

#include <string>

namespace oktail {

/// Whether the brokers let us do what the sink will do: for `oktail check --online`. Blocks for some seconds. Errors:
/// transient; what is wrong, and behind "; " what to do.
Result<std::string> probe_kafka(const KafkaOptions& options);

}  // namespace oktail
