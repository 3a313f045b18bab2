#include "app/tenant.hpp"

#include "app/start_time.hpp"
#include "auth/client_secret.hpp"
#include "config/secret_file.hpp"
#include "http/https_client.hpp"
#include "route/supervisor.hpp"

namespace oktail {
namespace {

/// Read again before every grant, so that a rotated secret needs no restart.
CredentialSource credentials(const AuthConfig& auth) {
    auto read = [files = auth.client_secret_files]() -> Result<std::vector<Secret>> {
        std::vector<Secret> secrets;
        for (const auto& file : files) {
            auto secret = read_secret(file);
            if (!secret) return secret.error();
            secrets.push_back(std::move(*secret));
        }
        return secrets;
    };
    return client_secrets(auth.client_id, std::move(read));
}

}  // namespace

Tenant::Tenant(TenantConfig config, const std::map<std::string, std::unique_ptr<Sink>>& sinks, PageSlicer& page_slicer,
               asio::any_io_executor shard, TenantDeps& deps)
    : config_(std::move(config)), sinks_(sinks), page_slicer_(page_slicer), shard_(shard), deps_(deps), routes_(shard) {}

asio::awaitable<void> Tenant::start(std::string ca_pem) {
    const log::Scope scope(config_.name);
    HttpsEndpoint endpoint(config_.domain);
    endpoint.connect_to = config_.connect_to;
    endpoint.ca_pem = std::move(ca_pem);
    endpoint.scope = scope;
    http_ = make_https_client(std::move(endpoint), deps_.http, deps_.clock);
    authorizer_ =
        std::make_unique<TokenAuthorizer>(scope, credentials(config_.auth), *http_, deps_.clock, deps_.happenings, shard_);
    logs_ = std::make_unique<LogsClient>(scope, config_.domain, config_.link_hosts, config_.request_timeout, *http_,
                                         *authorizer_, page_slicer_, deps_.clock, deps_.happenings);
    TenantSource::Settings settings;
    settings.min_interval = config_.poll.min_interval;
    settings.max_interval = config_.poll.max_interval;
    settings.rate_limit_share = config_.rate_limit_share;
    settings.routes = config_.sinks.size();
    source_ = std::make_unique<TenantSource>(settings, query(), *logs_, *authorizer_, deps_.memory, deps_.clock, shard_);
    source_->start(stop_.get_token());
    for (const RouteConfig& route : config_.sinks) routes_.spawn(keep_route(route));
    co_return;
}

/// A route for as long as the tenant runs.
asio::awaitable<void> Tenant::keep_route(const RouteConfig& route) {
    RouteSetup setup(RouteId(config_.name, route.sink), query(), config_.labels, EventFilter(route.include, route.exclude),
                     config_.max_event);
    const StartPoint start = route.start.value_or(config_.start);
    setup.beginning = [this, start](std::stop_token stop) { return beginning(start, std::move(stop)); };
    Supervisor supervisor(std::move(setup), *source_, *sinks_.at(route.sink), deps_.state, deps_.dead_letters, deps_.clock,
                          deps_.happenings);
    const auto ended = co_await supervisor.run(stop_.get_token());
    if (!ended) deps_.on_fatal(ended.error());
}

asio::awaitable<Result<UtcTime>> Tenant::beginning(StartPoint start, std::stop_token stop) {
    if (!started_at_) {
        auto now = co_await source_->okta_now(std::move(stop));
        if (!now) co_return now.error();
        // Routes that waited for the same answer share one beginning.
        if (!started_at_) started_at_ = *now;
    }
    co_return start_time(start, *started_at_);
}

asio::awaitable<void> Tenant::stop() {
    stop_.request_stop();
    co_await routes_.join();
    if (!source_) co_return;
    co_await source_->join();
    co_await authorizer_->join();
    // On the shard, whose sockets and timers they hold.
    source_.reset();
    logs_.reset();
    authorizer_.reset();
    http_.reset();
}

void Tenant::cancel() {
    routes_.cancel();
    if (source_) source_->cancel();
    if (authorizer_) authorizer_->cancel();
}

}  // namespace oktail
