#pragma once

#include "sink/kafka/kafka_options.hpp"

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>

#include <map>
#include <string>

namespace oktail {

/// What the checkpoint topic says of one sink.
class CheckpointTable {
public:
    std::map<RouteId, Checkpoint> routes;
    std::string owner;  ///< the last value under `owner_key`; empty: none
};

/// Reads the topic, what is committed of it, up to where it ends now: also past what a transaction that hangs holds back, which
/// it waits for. Blocks for a minute and a half at most. Errors: transient; fatal (a checkpoint cannot be read).
Result<CheckpointTable> read_checkpoints(const KafkaKeys& keys, const std::string& sink, const std::string& owner_key,
                                         const Clock& clock);

}  // namespace oktail
