#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>

#include <optional>

namespace oktail {

/// Where a route's place is kept. Thread-safe.
class CheckpointStore {
public:
    virtual ~CheckpointStore() = default;

    /// nullopt: this route never saved. An unreadable checkpoint is an error (fatal), never a fresh start.
    virtual asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) = 0;
    /// On success the checkpoint survives power loss. One save per route at a time; different routes may save at the same time.
    /// Errors: transient (disk full), fatal (any other trouble of the state: the daemon must end).
    virtual asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) = 0;
};

}  // namespace oktail
