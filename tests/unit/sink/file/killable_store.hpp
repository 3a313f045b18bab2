#pragma once

#include "support/fake_store.hpp"
#include "unit/sink/file/fuse.hpp"

#include <memory>
#include <utility>

namespace oktail {

/// A FakeStore that dies with the process: a commit is a step.
class KillableStore : public StateStore {
public:
    KillableStore(std::shared_ptr<FakeStateDisk> disk, Fuse& fuse) : store(std::move(disk)), fuse_(fuse) {}

    asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) override { return store.load(std::move(route)); }
    asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) override {
        if (!fuse_.enter()) co_return Error(ErrorKind::fatal, "dead");
        co_return co_await store.save(std::move(route), std::move(checkpoint));
    }
    asio::awaitable<Result<void>> commit(StateChange change) override {
        if (!fuse_.enter()) co_return Error(ErrorKind::fatal, "dead");
        co_return co_await store.commit(std::move(change));
    }
    asio::awaitable<Result<FileTables>> load_files() override { return store.load_files(); }
    asio::awaitable<Result<Checkpoints>> load_checkpoints() override { return store.load_checkpoints(); }
    asio::awaitable<Result<std::string>> load_redo(std::int64_t file, std::uint64_t at) override {
        if (fuse_.is_dead()) co_return Error(ErrorKind::fatal, "dead");
        co_return co_await store.load_redo(file, at);
    }
    std::int64_t new_id() override { return store.new_id(); }
    bool was_empty() const override { return store.was_empty(); }

    FakeStore store;

private:
    Fuse& fuse_;
};

}  // namespace oktail
