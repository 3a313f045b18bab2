#pragma once

#include <oktail/sink/sink.hpp>

#include "simulation/world.hpp"

#include <string>

namespace oktail {

/// A destination of either kind: one that commits events and checkpoint together, or one that takes event after event.
class SimulatedSink : public Sink {
public:
    /// `dead`: the process is; nothing has an effect any more. What is referred to outlives it.
    SimulatedSink(World& world, std::string name, bool exactly_once, const bool& dead)
        : world_(world), name_(std::move(name)), exactly_once_(exactly_once), dead_(dead) {}

    asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile tenant) override;
    asio::awaitable<void> close() override { co_return; }
    std::optional<std::string> traces(const RouteId&, const Labels&) override { return std::nullopt; }

private:
    class Writer;

    asio::awaitable<WriteOutcome> write(RouteId route, Batch batch, std::size_t first, Checkpoint after);
    WriteOutcome take(const RouteId& route, const Batch& batch, std::size_t first, Checkpoint after);

    World& world_;
    std::string name_;
    bool exactly_once_;
    const bool& dead_;
};

/// Checkpoints on the world's disk, which takes its time and may be full.
class SimulatedCheckpoints : public CheckpointStore {
public:
    SimulatedCheckpoints(World& world, const bool& dead) : world_(world), dead_(dead) {}

    asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) override;
    asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) override;

private:
    World& world_;
    const bool& dead_;
};

}  // namespace oktail
