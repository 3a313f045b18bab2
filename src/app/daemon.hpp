#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/byte_budget.hpp>
#include <oktail/sink/sink_factory.hpp>
#include <oktail/state/state_store.hpp>

#include "app/tenant.hpp"
#include "core/shard.hpp"
#include "okta/page_slicer.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// Everything that runs, wired by hand. Start, reload and stop are one path: apply() runs the difference between what runs and
/// what is wanted. Lives on the main thread; tenants live on the shards.
class Daemon {
public:
    /// `limits` is fixed for the daemon's life. What is referred to outlives it.
    Daemon(const Config& config, bool accept_new_state, StateStore& state, Clock& clock, asio::any_io_executor main);
    ~Daemon();

    /// Mends what an earlier run left. Errors: fatal.
    asio::awaitable<Result<void>> recover();
    /// Makes `wanted` what runs; start applies to nothing, a stop applies the empty configuration.
    /// Errors: rejected (there are traces of a state that is gone: nothing was started).
    asio::awaitable<Result<void>> apply(const Config& wanted);
    /// Hard stop of what a stop has not ended.
    void cancel();

    /// Returns with the error that ends the daemon.
    asio::awaitable<Error> fatal();
    Happenings& happenings() noexcept { return happenings_; }

private:
    asio::awaitable<void> stop_tenants(std::vector<std::string> names);
    asio::awaitable<void> stop_one(Tenant& tenant);
    std::optional<Error> traces(const Config& wanted);
    void failed(Error why);

    StateStore& state_;
    asio::any_io_executor main_;
    bool accept_new_state_;
    Happenings happenings_;
    ByteBudget memory_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<PageSlicer> page_slicers_;  // one per shard
    HttpShared http_;
    DeadLetters dead_letters_;
    std::optional<Error> fatal_;
    asio::steady_timer fatal_came_;
    TenantDeps deps_;
    SinkDeps sink_deps_;
    std::map<std::string, std::unique_ptr<Sink>> sinks_;
    std::map<std::string, std::unique_ptr<Tenant>> tenants_;
    TaskGroup tasks_;
};

}  // namespace oktail
