#pragma once

#include <oktail/state/checkpoint_store.hpp>

#include "support/step_fuse.hpp"

#include <map>
#include <vector>

namespace oktail {

/// Checkpoints on a disk that outlives the store.
class MemoryCheckpoints : public CheckpointStore {
public:
    using Disk = std::map<RouteId, Checkpoint>;

    MemoryCheckpoints(Disk& disk, StepFuse& fuse) : disk_(disk), fuse_(fuse) {}

    asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) override {
        const auto it = disk_.find(route);
        if (it == disk_.end()) co_return std::nullopt;
        co_return it->second;
    }
    asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) override {
        if (auto error = fuse_.enter()) co_return std::move(*error);
        saves.push_back(checkpoint);
        disk_[route] = std::move(checkpoint);
        fuse_.leave();
        co_return Result<void>();
    }

    std::vector<Checkpoint> saves;

private:
    Disk& disk_;
    StepFuse& fuse_;
};

}  // namespace oktail
