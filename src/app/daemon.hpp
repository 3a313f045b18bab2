#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/byte_budget.hpp>
#include <oktail/sink/sink_factory.hpp>
#include <oktail/state/state_store.hpp>

#include "app/life_signs.hpp"
#include "app/tenant.hpp"
#include "config/config_difference.hpp"
#include "core/event_flag.hpp"
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
    /// Makes `wanted` what runs, leaves alone what is wanted as it is, and says what it changed; start applies to nothing. One
    /// at a time: a second call waits. What does not end within 8 s is unwound, which loses nothing. Errors: rejected (there
    /// are traces of a state that is gone: nothing was started), stopped.
    asio::awaitable<Result<ConfigDifference>> apply(Config wanted);
    /// Offers a route's dead letters to its sink again, before the next page; the route begins anew for it. Errors: rejected
    /// (there is no such route), stopped.
    asio::awaitable<Result<Replayed>> replay(RouteId route);
    /// Applies the empty configuration, and nothing after it.
    asio::awaitable<void> stop();
    /// Hard stop of what was asked to stop and has not.
    void cancel();
    /// Notes stalls, once a second; ends by a stop.
    asio::awaitable<void> watch(std::stop_token stop);

    /// Returns with the error that ends the daemon.
    asio::awaitable<Error> fatal();
    Happenings& happenings() noexcept { return happenings_; }
    /// Every shard answers for itself.
    void show_life(LifeSigns& signs);

private:
    asio::awaitable<std::optional<Error>> change(const ConfigDifference& what, const Config& wanted);
    asio::awaitable<void> end_all(const ConfigDifference& what);
    asio::awaitable<void> end_tenant(Tenant& tenant);
    asio::awaitable<void> end_routes(Tenant& tenant, std::vector<std::string> sinks);
    asio::awaitable<void> unwind_late(std::stop_token ended);
    asio::awaitable<void> begin_tenant(const TenantConfig& wanted, std::string ca_pem);
    asio::awaitable<void> begin_routes(const TenantConfig& wanted, std::vector<std::string> sinks,
                                       std::shared_ptr<ReplayOrder> replay = nullptr);
    const TenantConfig* running_tenant(const RouteId& route) const;
    asio::awaitable<void> take_turn();
    void end_turn();
    ConfigDifference difference_of(const Config& wanted) const;
    std::optional<Error> traces(const Config& wanted);
    void failed(Error why);

    StateStore& state_;
    Clock& clock_;
    asio::any_io_executor main_;
    bool accept_new_state_;
    Happenings happenings_;
    ByteBudget memory_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<PageSlicer> page_slicers_;  // one per shard
    HttpShared http_;
    SecretFiles secrets_;
    DeadLetters dead_letters_;
    std::optional<Error> fatal_;
    asio::steady_timer fatal_came_;
    TenantDeps deps_;
    SinkDeps sink_deps_;
    std::map<std::string, std::unique_ptr<Sink>> sinks_;
    std::map<std::string, std::shared_ptr<Tenant>> tenants_;
    Config running_;
    bool started_ = false;  ///< what lies at the destinations now, oktail wrote itself
    bool applying_ = false;
    bool stopping_ = false;
    EventFlag applied_;
};

}  // namespace oktail
