#include "app/daemon.hpp"

#include "app/instance.hpp"

#include "app/okta_access.hpp"
#include "core/log.hpp"
#include "oktail_version.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <functional>
#include <thread>

namespace oktail {
namespace {

constexpr std::chrono::seconds patience_with_a_stop{8};
/// A shard never blocks: its longest job is a page to be cut.
constexpr std::chrono::seconds patience_with_a_shard{10};

unsigned thread_count(const LimitsConfig& limits) {
    return limits.threads != 0 ? limits.threads : std::max(1U, std::thread::hardware_concurrency());
}

std::vector<std::unique_ptr<Shard>> make_shards(unsigned count) {
    std::vector<std::unique_ptr<Shard>> shards;
    for (unsigned i = 0; i < count; ++i) shards.push_back(std::make_unique<Shard>("shard-" + std::to_string(i)));
    return shards;
}

std::vector<asio::any_io_executor> executors(const std::vector<std::unique_ptr<Shard>>& shards) {
    std::vector<asio::any_io_executor> all;
    for (const auto& shard : shards) all.emplace_back(shard->executor());
    return all;
}

const SinkFactory& factory_of(const SinkConfig& sink) {
    const auto& all = all_sinks();
    return **std::find_if(all.begin(), all.end(), [&](const SinkFactory* factory) { return factory->type() == sink.type; });
}

}  // namespace

Daemon::Daemon(const Config& config, bool accept_new_state, StateStore& state, Clock& clock, asio::any_io_executor main)
    : state_(state), clock_(clock), main_(main), accept_new_state_(accept_new_state), happenings_(clock),
      memory_(config.limits.memory), shards_(make_shards(thread_count(config.limits))), page_slicers_(shards_.size()),
      http_(clock, memory_, static_cast<unsigned>(shards_.size())), secrets_(main, clock),
      dead_letters_(dead_letters_directory(config.state_dir), clock), fatal_came_(main, asio::steady_timer::time_point::max()),
      deps_(clock, happenings_, memory_, http_, secrets_, state, dead_letters_, [this](Error why) { failed(std::move(why)); }),
      sink_deps_(clock, state, http_.resolver, executors(shards_), accept_new_state, instance_name(config.instance)) {
    happenings_.describe_program(OKTAIL_VERSION, memory_);
}

Daemon::~Daemon() {
    // Shards go before what their last handlers may touch.
    for (auto& shard : shards_) shard->join();
}

asio::awaitable<Result<void>> Daemon::recover() {
    for (const SinkFactory* factory : all_sinks()) {
        auto recovered = co_await factory->recover(sink_deps_);
        if (!recovered) co_return recovered.error().in("recovery of " + std::string(factory->type()) + " sinks");
    }
    co_return Result<void>();
}

asio::awaitable<Result<ConfigDifference>> Daemon::apply(Config wanted) {
    co_await take_turn();
    if (stopping_) {
        end_turn();
        co_return Error(ErrorKind::stopped, "the daemon stops");
    }
    ConfigDifference what = difference_of(wanted);
    auto failed = co_await change(what, wanted);
    if (!failed) {
        running_ = std::move(wanted);
        started_ = true;
    }
    end_turn();
    if (failed) co_return std::move(*failed);
    co_return what;
}

asio::awaitable<void> Daemon::stop() {
    co_await take_turn();
    stopping_ = true;
    const Config nothing;
    const ConfigDifference what = difference_of(nothing);
    co_await change(what, nothing);
    co_await secrets_.watch.join();
    running_ = nothing;
    end_turn();
}

/// What runs is changed by one at a time.
asio::awaitable<void> Daemon::take_turn() {
    const std::stop_token never;
    while (applying_) co_await applied_.wait(never);
    applying_ = true;
}

void Daemon::end_turn() {
    applying_ = false;
    applied_.notify();
}

asio::awaitable<Result<Replayed>> Daemon::replay(RouteId route) {
    co_await take_turn();
    const TenantConfig* tenant = running_tenant(route);
    if (stopping_ || !tenant) {
        end_turn();
        if (stopping_) co_return Error(ErrorKind::stopped, "the daemon stops");
        co_return Error(ErrorKind::rejected, "no tenant " + route.tenant() + " with a sink " + route.sink() +
                                                 " runs; `oktail status` shows those that do");
    }
    ConfigDifference pause;
    pause.routes_ended.emplace_back(route.tenant(), route.sink());
    co_await end_all(pause);
    const auto answer = std::make_shared<ReplayOrder::Answer>(main_);
    std::vector<std::string> sinks{route.sink()};
    auto order = std::make_shared<ReplayOrder>(answer);
    co_await begin_routes(*tenant, std::move(sinks), std::move(order));
    end_turn();
    auto replayed = co_await ReplayOrder::Answer::take(answer);
    co_return replayed;
}

const TenantConfig* Daemon::running_tenant(const RouteId& route) const {
    for (const TenantConfig& tenant : running_.tenants)
        if (tenant.name == route.tenant() &&
            std::ranges::find(tenant.sinks, route.sink(), &RouteConfig::sink) != tenant.sinks.end())
            return &tenant;
    return nullptr;
}

asio::awaitable<std::optional<Error>> Daemon::change(const ConfigDifference& what, const Config& wanted) {
    co_await end_all(what);
    for (const std::string& name : what.sinks_ended) {
        co_await sinks_.at(name)->close();
        sinks_.erase(name);
    }
    for (const std::string& name : what.sinks_begun) {
        const SinkConfig& sink = *std::ranges::find(wanted.sinks, name, &SinkConfig::name);
        sinks_[name] = factory_of(sink).make(name, sink.options, sink_deps_);
    }
    TaskGroup looking(main_);
    for (const auto& [name, sink] : sinks_) looking.spawn(sink->look_again());
    co_await looking.join();
    if (auto error = traces(wanted)) co_return error;
    for (const TenantConfig& tenant : wanted.tenants) {
        std::vector<std::string> routes;
        if (!tenants_.contains(tenant.name)) {
            co_await begin_tenant(tenant, trusted_cas(tenant.ca_file));
            for (const RouteConfig& route : tenant.sinks) routes.push_back(route.sink);
        } else {
            for (const auto& [name, sink] : what.routes_begun)
                if (name == tenant.name) routes.push_back(sink);
        }
        if (!routes.empty()) co_await begin_routes(tenant, std::move(routes));
    }
    co_return std::nullopt;
}

/// All at once: each may need its time.
asio::awaitable<void> Daemon::end_all(const ConfigDifference& what) {
    std::map<std::string, std::vector<std::string>> routes;
    for (const auto& [tenant, sink] : what.routes_ended) routes[tenant].push_back(sink);
    std::stop_source ended;
    TaskGroup late(main_);
    late.spawn(unwind_late(ended.get_token()));
    TaskGroup ending(main_);
    for (const std::string& name : what.tenants_ended) ending.spawn(end_tenant(*tenants_.at(name)));
    for (auto& [name, sinks] : routes) ending.spawn(end_routes(*tenants_.at(name), std::move(sinks)));
    co_await ending.join();
    ended.request_stop();
    co_await late.join();
    for (const std::string& name : what.tenants_ended) tenants_.erase(name);
}

asio::awaitable<void> Daemon::end_tenant(Tenant& tenant) {
    auto stopped = tenant.stop();
    co_await asio::co_spawn(tenant.shard(), std::move(stopped), asio::use_awaitable);
}

asio::awaitable<void> Daemon::end_routes(Tenant& tenant, std::vector<std::string> sinks) {
    auto stopped = tenant.stop_routes(std::move(sinks));
    co_await asio::co_spawn(tenant.shard(), std::move(stopped), asio::use_awaitable);
}

/// A sink that hangs must not hold up a reload: its page is not acknowledged, so nothing is lost.
asio::awaitable<void> Daemon::unwind_late(std::stop_token ended) {
    co_await clock_.sleep_for(patience_with_a_stop, ended);
    if (!ended.stop_requested()) cancel();
}

asio::awaitable<void> Daemon::begin_tenant(const TenantConfig& wanted, std::string ca_pem) {
    const std::size_t shard = std::hash<std::string>()(wanted.name) % shards_.size();
    auto& running = tenants_[wanted.name];
    running = std::make_shared<Tenant>(wanted, std::move(ca_pem), page_slicers_[shard], shards_[shard]->executor(), deps_);
    auto started = running->start();
    co_await asio::co_spawn(running->shard(), std::move(started), asio::use_awaitable);
}

asio::awaitable<void> Daemon::begin_routes(const TenantConfig& wanted, std::vector<std::string> sinks,
                                           std::shared_ptr<ReplayOrder> replay) {
    Tenant& tenant = *tenants_.at(wanted.name);
    std::vector<Tenant::NewRoute> routes;
    for (const RouteConfig& route : wanted.sinks)
        if (std::ranges::find(sinks, route.sink) != sinks.end()) routes.emplace_back(route, *sinks_.at(route.sink), replay);
    auto started = tenant.start_routes(std::move(routes));
    co_await asio::co_spawn(tenant.shard(), std::move(started), asio::use_awaitable);
}

/// What the configuration says, and whose CAs are others now although their file has the same name.
ConfigDifference Daemon::difference_of(const Config& wanted) const {
    ConfigDifference what = difference(running_, wanted);
    for (const TenantConfig& tenant : wanted.tenants) {
        const auto running = tenants_.find(tenant.name);
        if (running == tenants_.end() || running->second->ca_pem() == trusted_cas(tenant.ca_file)) continue;
        if (std::ranges::find(what.tenants_ended, tenant.name) != what.tenants_ended.end()) continue;
        what.tenants_ended.push_back(tenant.name);
        what.tenants_begun.push_back(tenant.name);
    }
    const auto ends = [&what](const ConfigDifference::RouteName& route) {
        return std::ranges::find(what.tenants_ended, route.first) != what.tenants_ended.end();
    };
    std::erase_if(what.routes_ended, ends);
    std::erase_if(what.routes_begun, ends);
    return what;
}

void Daemon::show_life(LifeSigns& signs) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        const auto post = [executor = shards_[i]->executor()](std::function<void()> job) {
            asio::post(executor, std::move(job));
        };
        signs.watch("shard-" + std::to_string(i), post, patience_with_a_shard);
    }
}

void Daemon::cancel() {
    const auto cancel = [](const std::weak_ptr<Tenant>& perhaps_gone) {
        if (const auto tenant = perhaps_gone.lock()) tenant->cancel();
    };
    for (auto& [name, tenant] : tenants_)
        asio::post(tenant->shard(), [cancel, tenant = std::weak_ptr(tenant)] { cancel(tenant); });
}

asio::awaitable<void> Daemon::watch(std::stop_token stop) {
    while (!stop.stop_requested()) {
        happenings_.watch_for_stalls();
        co_await clock_.sleep_for(std::chrono::seconds(1), stop);
    }
}

/// Without its state oktail would begin at "now" and skip what came since it ran last: traces of an earlier run forbid that.
std::optional<Error> Daemon::traces(const Config& wanted) {
    if (started_ || accept_new_state_ || !state_.was_empty()) return std::nullopt;
    for (const TenantConfig& tenant : wanted.tenants)
        for (const RouteConfig& route : tenant.sinks)
            if (const auto trace = sinks_.at(route.sink)->traces(RouteId(tenant.name, route.sink), tenant.labels))
                return Error(ErrorKind::rejected,
                             "the state is empty, but " + *trace +
                                 " shows that oktail ran here before; mount or restore the state directory, "
                                 "or start once with --accept-new-state to begin anew");
    return std::nullopt;
}

void Daemon::failed(Error why) {
    asio::post(main_, [this, why = std::move(why)] {
        if (!fatal_) fatal_ = why;
        fatal_came_.cancel();
    });
}

asio::awaitable<Error> Daemon::fatal() {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    while (!fatal_) co_await fatal_came_.async_wait(token);
    co_return *fatal_;
}

}  // namespace oktail
