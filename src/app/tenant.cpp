#include "app/tenant.hpp"

#include "app/credentials.hpp"
#include "app/okta_access.hpp"
#include "app/start_time.hpp"
#include "http/https_client.hpp"

#include <algorithm>

namespace oktail {
namespace {

/// A route that the status shows for as long as this lives.
class ShownRoute {
public:
    ShownRoute(Happenings& happenings, log::Scope route, StallRule rule) : happenings_(happenings), route_(std::move(route)) {
        happenings_.route_added(route_, rule);
    }
    ShownRoute(const ShownRoute&) = delete;
    ShownRoute& operator=(const ShownRoute&) = delete;
    ~ShownRoute() { happenings_.route_removed(route_); }

private:
    Happenings& happenings_;
    log::Scope route_;
};

}  // namespace

Tenant::Tenant(TenantConfig config, std::string ca_pem, PageSlicer& page_slicer, asio::any_io_executor shard, TenantDeps& deps)
    : config_(std::move(config)), ca_pem_(std::move(ca_pem)), page_slicer_(page_slicer), shard_(shard), deps_(deps) {}

asio::awaitable<void> Tenant::start() {
    const log::Scope scope(config_.name);
    const SecretWorkers workers(deps_.secrets.readers, deps_.secrets.signers, deps_.clock);
    http_ = make_https_client(https_endpoint(config_, ca_pem_, workers), deps_.http, deps_.clock);
    authorizer_ = std::make_unique<TokenAuthorizer>(scope, token_settings(config_), credential_source(config_.auth, workers),
                                                    *http_, deps_.clock, deps_.happenings, shard_);
    secrets_ =
        deps_.secrets.watch.watch(credential_files(config_.auth), shard_, [this](const auto&) { credentials_changed(); });
    logs_ = std::make_unique<LogsClient>(scope, config_.domain, config_.link_hosts, config_.request_timeout, *http_,
                                         *authorizer_, page_slicer_, deps_.clock, deps_.happenings);
    TenantSource::Settings settings;
    settings.min_interval = config_.poll.min_interval;
    settings.max_interval = config_.poll.max_interval;
    settings.rate_limit_share = config_.rate_limit_share;
    source_ = std::make_unique<TenantSource>(settings, query(), *logs_, *authorizer_, deps_.memory, deps_.clock, shard_);
    source_->start(stop_.get_token());
    co_return;
}

asio::awaitable<void> Tenant::start_routes(std::vector<NewRoute> routes) {
    const auto common = std::make_shared<CommonBeginning>();
    common->head = source_->head();
    for (NewRoute& route : routes) {
        auto& running = routes_[route.config.sink];
        running = std::make_unique<RunningRoute>(shard_);
        running->task.spawn(keep_route(std::move(route), common, running->stop.get_token()));
    }
    source_->set_routes(routes_.size());
    co_return;
}

/// A route for as long as it is wanted.
asio::awaitable<void> Tenant::keep_route(NewRoute wanted, std::shared_ptr<CommonBeginning> common, std::stop_token stop) {
    const RouteConfig& route = wanted.config;
    const StallRule rule(config_.stall_after,
                         std::max<std::chrono::milliseconds>(std::chrono::seconds(30), config_.poll.max_interval));
    const ShownRoute shown(deps_.happenings, log::Scope(config_.name, route.sink), rule);
    RouteSetup setup(RouteId(config_.name, route.sink), query(), TenantProfile(config_.domain.host(), config_.labels),
                     EventFilter(route.include, route.exclude), config_.max_event);
    const StartPoint start = route.start.value_or(config_.start);
    setup.beginning = [this, start, common](std::stop_token waiting) { return beginning(start, common, std::move(waiting)); };
    if (wanted.replay)
        setup.replay = [this, id = setup.id, order = std::exchange(wanted.replay, nullptr)](SinkWriter& writer, Checkpoint at,
                                                                                            std::stop_token waiting) {
            return replay(id, order, writer, std::move(at), std::move(waiting));
        };
    auto& supervisor = routes_.at(route.sink)->supervisor;
    supervisor.emplace(std::move(setup), *source_, *wanted.sink, deps_.state, deps_.dead_letters, deps_.clock,
                       deps_.happenings);
    const auto ended = co_await supervisor->run(stop);
    if (!ended) deps_.on_fatal(ended.error());
}

asio::awaitable<Result<Checkpoint>> Tenant::replay(RouteId route, std::shared_ptr<ReplayOrder> order, SinkWriter& writer,
                                                   Checkpoint at, std::stop_token stop) {
    Replay letters(route, config_.max_event, deps_.dead_letters, page_slicer_, writer, deps_.clock);
    auto done = co_await letters.run(std::move(at), std::move(stop));
    deps_.happenings.dead_letters_replayed(log::Scope(route.tenant(), route.sink()), done.delivered, done.bytes, done.refused,
                                           done.ended ? &*done.ended : nullptr);
    const std::optional<Error> ended = done.ended;
    order->fulfil(std::move(done));
    if (ended && ended->kind() == ErrorKind::fatal) co_return *ended;
    co_return letters.checkpoint();
}

/// Routes that failed for a refused credential need not wait for the end of their backoff.
void Tenant::credentials_changed() {
    authorizer_->credentials_changed();
    source_->credentials_changed();
    for (const auto& [sink, route] : routes_)
        if (route->supervisor) route->supervisor->try_now();
}

asio::awaitable<Result<Beginning>> Tenant::beginning(StartPoint start, std::shared_ptr<CommonBeginning> common,
                                                     std::stop_token stop) {
    if (!common->now) {
        auto now = co_await source_->okta_now(std::move(stop));
        if (!now) co_return now.error();
        // Routes that waited for the same answer share one beginning.
        if (!common->now) common->now = *now;
    }
    const UtcTime since = start_time(start, *common->now);
    // Beside routes at the head, "now" is where they are: so it shares their requests from the first page on.
    co_return Beginning(since, start.kind() == StartPoint::Kind::now ? common->head : Cursor());
}

asio::awaitable<void> Tenant::stop_routes(std::vector<std::string> sinks) {
    for (const std::string& sink : sinks) routes_.at(sink)->stop.request_stop();
    for (const std::string& sink : sinks) co_await routes_.at(sink)->task.join();
    for (const std::string& sink : sinks) routes_.erase(sink);
    source_->set_routes(routes_.size());
}

asio::awaitable<void> Tenant::stop() {
    secrets_.reset();
    if (!source_) co_return;
    // The source first: nobody waits for a request that is under way.
    stop_.request_stop();
    std::vector<std::string> sinks;
    for (const auto& [sink, route] : routes_) sinks.push_back(sink);
    co_await stop_routes(std::move(sinks));
    co_await source_->join();
    co_await authorizer_->join();
    // On the shard, whose sockets and timers they hold.
    source_.reset();
    logs_.reset();
    authorizer_.reset();
    http_.reset();
    deps_.happenings.tenant_removed(log::Scope(config_.name));
}

void Tenant::cancel() {
    for (auto& [sink, route] : routes_)
        if (route->stop.stop_requested()) route->task.cancel();
    if (!stop_.stop_requested()) return;
    if (source_) source_->cancel();
    if (authorizer_) authorizer_->cancel();
}

}  // namespace oktail
