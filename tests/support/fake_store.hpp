#pragma once

#include <oktail/state/state_store.hpp>

#include "core/handover.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// What survives a FakeStore: give it to the next one, and that is a restart.
struct FakeStateDisk {
    std::map<RouteId, Checkpoint> checkpoints;
    std::set<RouteId> unreadable;  ///< load() of these is fatal
    std::map<std::int64_t, StreamRow> streams;
    std::map<std::int64_t, FileRow> files;
    std::map<std::pair<std::int64_t, std::uint64_t>, RedoRow> redo;
    std::int64_t next_id = 1;
};

/// A StateStore in memory that does at once what it is told, unless a test wants it otherwise. Thread-safe.
class FakeStore : public StateStore {
public:
    explicit FakeStore(std::shared_ptr<FakeStateDisk> disk = std::make_shared<FakeStateDisk>())
        : disk_(std::move(disk)), was_empty_(disk_->checkpoints.empty() && disk_->files.empty()) {}

    /// The n-th commit or save from now on (1: the next) fails and changes nothing. A fatal error stays.
    void fail_commit(int n, Error error) {
        const std::lock_guard lock(mutex_);
        commits_to_failure_ = n;
        failure_ = std::move(error);
    }
    /// Until uncork(), what is handed in is committed, and nobody is told.
    void cork() {
        const std::lock_guard lock(mutex_);
        corked_ = true;
    }
    void uncork() {
        std::vector<Held> held;
        {
            const std::lock_guard lock(mutex_);
            corked_ = false;
            held.swap(held_);
        }
        for (auto& [answer, outcome] : held) Handover<Result<void>>::give(std::move(answer), std::move(outcome));
    }

    /// Everything committed or saved through this store, in order.
    std::vector<StateChange> changes() const {
        const std::lock_guard lock(mutex_);
        return changes_;
    }
    std::optional<Checkpoint> saved(const RouteId& route) const {
        const std::lock_guard lock(mutex_);
        const auto found = disk_->checkpoints.find(route);
        return found == disk_->checkpoints.end() ? std::nullopt : std::optional(found->second);
    }

    asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) override {
        const std::lock_guard lock(mutex_);
        if (broken_) co_return *broken_;
        if (disk_->unreadable.contains(route)) co_return Error(ErrorKind::fatal, "checkpoint is unreadable");
        const auto found = disk_->checkpoints.find(route);
        if (found == disk_->checkpoints.end()) co_return std::optional<Checkpoint>();
        co_return std::optional<Checkpoint>(found->second);
    }

    asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) override {
        StateChange change;
        change.checkpoints.emplace_back(std::move(route), std::move(checkpoint));
        return commit(std::move(change));
    }

    asio::awaitable<Result<void>> commit(StateChange change) override {
        const auto executor = co_await asio::this_coro::executor;
        const auto answer = std::make_shared<Handover<Result<void>>>(executor);
        {
            const std::lock_guard lock(mutex_);
            auto outcome = apply(std::move(change));
            if (!corked_) co_return outcome;
            held_.emplace_back(answer, std::move(outcome));
        }
        co_return co_await Handover<Result<void>>::take(answer);
    }

    asio::awaitable<Result<FileTables>> load_files() override {
        const std::lock_guard lock(mutex_);
        if (broken_) co_return *broken_;
        FileTables tables;
        for (const auto& [id, row] : disk_->streams) tables.streams.push_back(row);
        for (const auto& [id, row] : disk_->files) tables.files.push_back(row);
        for (const auto& [place, row] : disk_->redo) tables.redo.emplace_back(row).bytes.clear();
        co_return tables;
    }

    asio::awaitable<Result<Checkpoints>> load_checkpoints() override {
        const std::lock_guard lock(mutex_);
        if (broken_) co_return *broken_;
        if (!disk_->unreadable.empty()) {
            const RouteId& route = *disk_->unreadable.begin();
            co_return Error(ErrorKind::fatal, "route " + route.tenant() + "/" + route.sink() + ": checkpoint is unreadable");
        }
        co_return Checkpoints(disk_->checkpoints.begin(), disk_->checkpoints.end());
    }

    asio::awaitable<Result<std::string>> load_redo(std::int64_t file, std::uint64_t at) override {
        const std::lock_guard lock(mutex_);
        if (broken_) co_return *broken_;
        const auto found = disk_->redo.find({file, at});
        if (found == disk_->redo.end()) co_return Error(ErrorKind::fatal, "no such redo");
        co_return found->second.bytes;
    }

    std::int64_t new_id() override {
        const std::lock_guard lock(mutex_);
        return disk_->next_id++;
    }
    bool was_empty() const override { return was_empty_; }

private:
    using Held = std::pair<std::shared_ptr<Handover<Result<void>>>, Result<void>>;

    // Holds the lock already.
    Result<void> apply(StateChange change) {
        if (broken_) return *broken_;
        if (commits_to_failure_ > 0 && --commits_to_failure_ == 0) {
            if (failure_.kind() == ErrorKind::fatal) broken_ = failure_;
            return failure_;
        }
        auto& redo = disk_->redo;
        for (const auto& [file, below] : change.purged)
            redo.erase(redo.lower_bound({file, 0}), redo.lower_bound({file, below}));
        for (const auto id : change.dropped_files) {
            redo.erase(redo.lower_bound({id, 0}), redo.lower_bound({id + 1, 0}));
            disk_->files.erase(id);
        }
        for (const RouteId& route : change.dropped_checkpoints) disk_->checkpoints.erase(route);
        for (const auto& row : change.streams) disk_->streams[row.id] = row;
        for (const auto& row : change.files) disk_->files[row.id] = row;
        for (const auto& row : change.redo) redo[{row.file, row.at}] = row;
        for (const auto& [route, checkpoint] : change.checkpoints) disk_->checkpoints[route] = checkpoint;
        changes_.push_back(std::move(change));
        return {};
    }

    mutable std::mutex mutex_;
    std::shared_ptr<FakeStateDisk> disk_;
    const bool was_empty_;
    int commits_to_failure_ = 0;
    Error failure_;
    std::optional<Error> broken_;
    bool corked_ = false;
    std::vector<Held> held_;
    std::vector<StateChange> changes_;
};

}  // namespace oktail
