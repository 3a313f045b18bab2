#pragma once

#include <oktail/config/config.hpp>
#include <oktail/http/http_client.hpp>
#include <oktail/sink/sink.hpp>
#include <oktail/state/state_store.hpp>

#include "app/replay_order.hpp"
#include "app/secret_files.hpp"
#include "auth/token_authorizer.hpp"
#include "core/task_group.hpp"
#include "http/http_shared.hpp"
#include "metrics/happenings.hpp"
#include "okta/logs_client.hpp"
#include "okta/tenant_source.hpp"
#include "route/dead_letters.hpp"
#include "route/supervisor.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// What tenants share. All of it outlives them.
class TenantDeps {
public:
    TenantDeps(Clock& clock, Happenings& happenings, ByteBudget& memory, HttpShared& http, SecretFiles& secrets,
               StateStore& state, DeadLetters& dead_letters, std::function<void(Error)> on_fatal)
        : clock(clock), happenings(happenings), memory(memory), http(http), secrets(secrets), state(state),
          dead_letters(dead_letters), on_fatal(std::move(on_fatal)) {}

    Clock& clock;
    Happenings& happenings;
    ByteBudget& memory;
    HttpShared& http;
    SecretFiles& secrets;
    StateStore& state;
    DeadLetters& dead_letters;
    std::function<void(Error)> on_fatal;  ///< the daemon must end; any thread
};

/// A running tenant: its client, its token, its source and its routes, all of them on one shard.
class Tenant {
public:
    /// A route to be, and the sink that it writes to, which outlives it.
    class NewRoute {
    public:
        NewRoute(RouteConfig config, Sink& sink, std::shared_ptr<ReplayOrder> replay)
            : config(std::move(config)), sink(&sink), replay(std::move(replay)) {}

        RouteConfig config;
        Sink* sink;
        std::shared_ptr<ReplayOrder> replay;  ///< nullptr: its dead letters stay where they are
    };

    /// `ca_pem`: whom to trust instead of the system's CAs; empty: those. The routes in `config` are not looked at.
    Tenant(TenantConfig config, std::string ca_pem, PageSlicer& page_slicer, asio::any_io_executor shard, TenantDeps& deps);

    /// On the shard, as everything that follows: the tenant begins to serve routes.
    asio::awaitable<void> start();
    /// They begin together: `start: now` means the same to all of them.
    asio::awaitable<void> start_routes(std::vector<NewRoute> routes);
    /// Asks the routes to stop, by the names of their sinks, and returns when all have; their checkpoints are saved.
    asio::awaitable<void> stop_routes(std::vector<std::string> sinks);
    /// Every route, and then the tenant itself.
    asio::awaitable<void> stop();
    /// Hard stop of whatever was asked to stop and has not: unwinds what a stop cannot end. stop() and stop_routes() then
    /// return.
    void cancel();

    const asio::any_io_executor& shard() const noexcept { return shard_; }
    const std::string& ca_pem() const noexcept { return ca_pem_; }

private:
    class RunningRoute {
    public:
        explicit RunningRoute(const asio::any_io_executor& shard) : task(shard) {}
        std::stop_source stop;
        std::optional<Supervisor> supervisor;
        TaskGroup task;
    };
    /// What routes that begin together have in common.
    class CommonBeginning {
    public:
        std::optional<UtcTime> now;  ///< Okta's clock
        Cursor head;                 ///< where the tenant's other routes are
    };

    asio::awaitable<void> keep_route(NewRoute route, std::shared_ptr<CommonBeginning> common, std::stop_token stop);
    asio::awaitable<Result<Checkpoint>> replay(RouteId route, std::shared_ptr<ReplayOrder> order, SinkWriter& writer,
                                               Checkpoint at, std::stop_token stop);
    asio::awaitable<Result<Beginning>> beginning(StartPoint start, std::shared_ptr<CommonBeginning> common,
                                                 std::stop_token stop);
    void credentials_changed();
    Query query() const { return Query(config_.domain.url(), config_.filter); }

    TenantConfig config_;
    std::string ca_pem_;
    PageSlicer& page_slicer_;
    asio::any_io_executor shard_;
    TenantDeps& deps_;
    std::stop_source stop_;
    std::unique_ptr<HttpClient> http_;
    std::unique_ptr<TokenAuthorizer> authorizer_;
    FileWatch::Watching secrets_;
    std::unique_ptr<LogsClient> logs_;
    std::unique_ptr<TenantSource> source_;
    std::map<std::string, std::unique_ptr<RunningRoute>> routes_;  // by sink
};

}  // namespace oktail
