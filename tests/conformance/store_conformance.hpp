#pragma once

#include <oktail/state/state_store.hpp>

#include "support/run_on.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// Where one kind of store keeps its state, over restarts.
class StoreHome {
public:
    virtual ~StoreHome() = default;

    virtual StateStore& store() = 0;
    /// Closes the store and opens it again, as a restart would.
    virtual void reopen() = 0;
    /// Damages the saved checkpoint. Follow with reopen().
    virtual void spoil(const RouteId& route) = 0;
};

/// What every StateStore must do: INSTANTIATE_TEST_SUITE_P it with a function that makes a home.
class StoreConformance : public testing::TestWithParam<std::unique_ptr<StoreHome> (*)()> {
protected:
    StateStore& store() { return home_->store(); }
    void reopen() { home_->reopen(); }
    Result<void> commit(StateChange change) { return run_on(shard_, store().commit(std::move(change))); }
    Result<void> save(const RouteId& route, const Checkpoint& at) { return run_on(shard_, store().save(route, at)); }
    std::optional<Checkpoint> load(const RouteId& route) { return run_on(shard_, store().load(route)).value(); }
    Checkpoints checkpoints() { return run_on(shard_, store().load_checkpoints()).value(); }
    FileTables files() { return run_on(shard_, store().load_files()).value(); }
    Result<std::string> redo(std::int64_t file, std::uint64_t at) { return run_on(shard_, store().load_redo(file, at)); }

    Shard shard_{"shard-1"};
    Shard other_shard_{"shard-2"};
    std::unique_ptr<StoreHome> home_ = GetParam()();
};

}  // namespace oktail
