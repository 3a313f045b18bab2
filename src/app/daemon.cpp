#include "app/daemon.hpp"

#include "core/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

namespace oktail {
namespace {

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

/// Empty without a name: the system's CAs. A file that cannot be read must never come to that: its tenant trusts nobody.
std::string trusted_cas(const std::filesystem::path& path) {
    if (path.empty()) return {};
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.empty() ? path.string() + " cannot be read" : text;
}

}  // namespace

Daemon::Daemon(const Config& config, bool accept_new_state, StateStore& state, Clock& clock, asio::any_io_executor main)
    : state_(state), main_(main), accept_new_state_(accept_new_state), happenings_(clock), memory_(config.limits.memory),
      shards_(make_shards(thread_count(config.limits))), page_slicers_(shards_.size()),
      http_(clock, memory_, static_cast<unsigned>(shards_.size())), dead_letters_(config.state_dir / "dead-letters", clock),
      fatal_came_(main, asio::steady_timer::time_point::max()),
      deps_(clock, happenings_, memory_, http_, state, dead_letters_, [this](Error why) { failed(std::move(why)); }),
      sink_deps_(clock, state, executors(shards_), accept_new_state), tasks_(main) {}

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

asio::awaitable<Result<void>> Daemon::apply(const Config& wanted) {
    std::vector<std::string> gone;
    for (const auto& [name, tenant] : tenants_) gone.push_back(name);
    co_await stop_tenants(std::move(gone));
    for (auto& [name, sink] : sinks_) co_await sink->close();
    sinks_.clear();

    for (const SinkConfig& sink : wanted.sinks) sinks_[sink.name] = factory_of(sink).make(sink.name, sink.options, sink_deps_);
    if (auto error = traces(wanted)) co_return std::move(*error);
    for (const TenantConfig& tenant : wanted.tenants) {
        const std::size_t shard = std::hash<std::string>()(tenant.name) % shards_.size();
        auto& running = tenants_[tenant.name];
        running = std::make_unique<Tenant>(tenant, sinks_, page_slicers_[shard], shards_[shard]->executor(), deps_);
        auto started = running->start(trusted_cas(tenant.ca_file));
        co_await asio::co_spawn(running->shard(), std::move(started), asio::use_awaitable);
    }
    co_return Result<void>();
}

asio::awaitable<void> Daemon::stop_tenants(std::vector<std::string> names) {
    // All at once: each may need its time.
    for (const std::string& name : names) tasks_.spawn(stop_one(*tenants_.at(name)));
    co_await tasks_.join();
    for (const std::string& name : names) tenants_.erase(name);
}

asio::awaitable<void> Daemon::stop_one(Tenant& tenant) {
    auto stopped = tenant.stop();
    co_await asio::co_spawn(tenant.shard(), std::move(stopped), asio::use_awaitable);
}

void Daemon::cancel() {
    for (auto& [name, tenant] : tenants_) asio::post(tenant->shard(), [tenant = tenant.get()] { tenant->cancel(); });
}

/// Without its state oktail would begin at "now" and skip what came since it ran last: traces of an earlier run forbid that.
std::optional<Error> Daemon::traces(const Config& wanted) {
    if (accept_new_state_ || !state_.was_empty()) return std::nullopt;
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
