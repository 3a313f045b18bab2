#pragma once

#include <oktail/config/config.hpp>
#include <oktail/http/http_client.hpp>
#include <oktail/sink/sink.hpp>
#include <oktail/state/state_store.hpp>

#include "auth/token_authorizer.hpp"
#include "core/task_group.hpp"
#include "http/http_shared.hpp"
#include "metrics/happenings.hpp"
#include "okta/logs_client.hpp"
#include "okta/tenant_source.hpp"
#include "route/dead_letters.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace oktail {

/// What tenants share. All of it outlives them.
class TenantDeps {
public:
    TenantDeps(Clock& clock, Happenings& happenings, ByteBudget& memory, HttpShared& http, StateStore& state,
               DeadLetters& dead_letters, std::function<void(Error)> on_fatal)
        : clock(clock), happenings(happenings), memory(memory), http(http), state(state), dead_letters(dead_letters),
          on_fatal(std::move(on_fatal)) {}

    Clock& clock;
    Happenings& happenings;
    ByteBudget& memory;
    HttpShared& http;
    StateStore& state;
    DeadLetters& dead_letters;
    std::function<void(Error)> on_fatal;  ///< the daemon must end; any thread
};

/// A running tenant: its client, its token, its source and its routes, all of them on one shard.
class Tenant {
public:
    /// `sinks` by name; those of the tenant's routes are there and outlive it.
    Tenant(TenantConfig config, const std::map<std::string, std::unique_ptr<Sink>>& sinks, PageSlicer& page_slicer,
           asio::any_io_executor shard, TenantDeps& deps);

    /// On the shard, as everything that follows. `ca_pem`: whom to trust instead of the system's CAs; empty: those.
    asio::awaitable<void> start(std::string ca_pem);
    /// Asks every route to stop and returns when all have; their checkpoints are saved.
    asio::awaitable<void> stop();
    /// Hard stop: unwinds what a stop cannot end. stop() then returns.
    void cancel();

    const asio::any_io_executor& shard() const noexcept { return shard_; }
    const TenantConfig& config() const noexcept { return config_; }

private:
    asio::awaitable<void> keep_route(const RouteConfig& route);
    asio::awaitable<Result<UtcTime>> beginning(StartPoint start, std::stop_token stop);
    Query query() const { return Query(config_.domain.url(), config_.filter); }

    TenantConfig config_;
    const std::map<std::string, std::unique_ptr<Sink>>& sinks_;
    PageSlicer& page_slicer_;
    asio::any_io_executor shard_;
    TenantDeps& deps_;
    std::stop_source stop_;
    std::optional<UtcTime> started_at_;  ///< Okta's clock; what `now` means to all routes of this start
    std::unique_ptr<HttpClient> http_;
    std::unique_ptr<TokenAuthorizer> authorizer_;
    std::unique_ptr<LogsClient> logs_;
    std::unique_ptr<TenantSource> source_;
    TaskGroup routes_;
};

}  // namespace oktail
