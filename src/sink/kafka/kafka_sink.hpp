#pragma once

#include "core/worker_pool.hpp"
#include "sink/kafka/committer.hpp"

#include <oktail/sink/sink_factory.hpp>
#include <oktail/state/checkpoint_store.hpp>

#include <memory>
#include <string>

namespace oktail {

/// Where routes of a Kafka sink have their places: exactly once in the checkpoint topic, otherwise in the daemon's state. Of
/// two that are known the later one counts, so that `delivery` can be changed.
class KafkaCheckpoints : public CheckpointStore {
public:
    KafkaCheckpoints(Committer& committer, CheckpointStore& state, bool is_exact)
        : committer_(committer), state_(state), is_exact_(is_exact) {}

    asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) override;
    asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) override;

private:
    Committer& committer_;
    CheckpointStore& state_;
    bool is_exact_;
};

/// Events as records of Kafka. One producer, on one thread, for all routes.
class KafkaSink : public Sink {
public:
    KafkaSink(std::string name, std::shared_ptr<const KafkaOptions> options, SinkDeps deps);
    KafkaSink(const KafkaSink&) = delete;
    KafkaSink& operator=(const KafkaSink&) = delete;
    /// A commit that hangs does not hold it up.
    ~KafkaSink() override;

    asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile tenant) override;
    asio::awaitable<void> close() override;
    CheckpointStore* checkpoints() override { return &checkpoints_; }
    std::optional<std::string> traces(const RouteId& route, const Labels& labels) override;

private:
    std::shared_ptr<const KafkaOptions> options_;
    Clock& clock_;
    std::unique_ptr<WorkerPool> pool_;
    std::shared_ptr<Committer> committer_;
    KafkaCheckpoints checkpoints_;
};

}  // namespace oktail
