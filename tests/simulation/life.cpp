#include "simulation/life.hpp"

#include "auth/client_secret.hpp"

#include <sstream>

namespace oktail {
namespace {

using namespace std::chrono_literals;

/// The files of a tenant's secrets, as the configuration names them.
class SimulatedSecrets : public CredentialSource {
public:
    SimulatedSecrets(World& world, const std::string& host) : world_(world), host_(host) {}

    asio::awaitable<Result<Credentials>> read(std::stop_token stop) override {
        const auto takes = world_.between(0ms, 5ms);
        co_await world_.clock.sleep_for(takes, std::move(stop));
        std::vector<Result<Secret>> secrets;
        for (const std::string& text : world_.secrets.at(host_)) secrets.emplace_back(Secret(text));
        co_return client_secrets(world_.org(host_).client_id, secrets);
    }

private:
    World& world_;
    std::string host_;
};

/// The sum of a counter's series whose labels hold this.
double sum(const std::string& metrics, const std::string& name, const std::string& label) {
    double all = 0;
    std::istringstream lines(metrics);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(name + '{') && line.find(label) != std::string::npos)
            all += std::stod(line.substr(line.find("} ") + 2));
    return all;
}

}  // namespace

class Life::Tenant {
public:
    Tenant(Life& life, const std::string& host)
        : life_(life), name_(host.substr(0, host.find('.'))), origin_(host), http_(life.world_, host, life.dead_),
          authorizer_(log::Scope(name_), TokenSettings(origin_.url()), std::make_unique<SimulatedSecrets>(life.world_, host),
                      http_, life.world_.clock, life.happenings_, life.world_.io.get_executor()),
          logs_(log::Scope(name_), origin_, {}, 60s, http_, authorizer_, life.world_.page_slicer, life.world_.clock,
                life.happenings_),
          source_(settings(), query(), logs_, authorizer_, life.world_.memory, life.world_.clock,
                  life.world_.io.get_executor()) {
        source_.start(stop_.get_token());
    }

    const std::string& name() const { return name_; }

    void start(const SimulatedRoute& route) {
        auto& running = routes_[route.id.sink()];
        running = std::make_unique<Running>(life_.world_.io.get_executor());
        running->task.spawn(keep(route, running->stop.get_token()));
        source_.set_routes(routes_.size());
    }
    asio::awaitable<void> stop_route(std::string sink) {
        routes_.at(sink)->stop.request_stop();
        co_await routes_.at(sink)->task.join();
        routes_.erase(sink);
        source_.set_routes(routes_.size());
    }
    asio::awaitable<void> stop() {
        stop_.request_stop();
        for (const auto& [sink, route] : routes_) route->stop.request_stop();
        for (const auto& [sink, route] : routes_) co_await route->task.join();
        co_await source_.join();
        co_await authorizer_.join();
    }
    void credentials_changed() {
        authorizer_.credentials_changed();
        source_.credentials_changed();
        for (const auto& [sink, route] : routes_)
            if (route->supervisor) route->supervisor->try_now();
    }

private:
    class Running {
    public:
        explicit Running(const asio::any_io_executor& executor) : task(executor) {}
        std::stop_source stop;
        std::optional<Supervisor> supervisor;
        TaskGroup task;
    };

    static TenantSource::Settings settings() {
        TenantSource::Settings settings;
        settings.min_interval = 5s;
        settings.max_interval = 60s;
        return settings;
    }
    Query query() const { return Query(origin_.url(), ""); }

    asio::awaitable<void> keep(SimulatedRoute route, std::stop_token stop) {
        life_.happenings_.route_added(log::Scope(route.id.tenant(), route.id.sink()), StallRule());
        RouteSetup setup(route.id, query(), {}, route.filter, simulated_max_event);
        setup.beginning = [this](std::stop_token waiting) { return beginning(std::move(waiting)); };
        auto& supervisor = routes_.at(route.id.sink())->supervisor;
        supervisor.emplace(std::move(setup), source_, *life_.sinks_.at(route.id.sink()), life_.checkpoints_,
                           life_.dead_letters_, life_.world_.clock, life_.happenings_);
        const auto ended = co_await supervisor->run(std::move(stop));
        if (!ended && !life_.dead_) life_.world_.wrong("a route ended: " + ended.error().what());
    }
    asio::awaitable<Result<Beginning>> beginning(std::stop_token stop) {
        const auto now = co_await source_.okta_now(std::move(stop));
        if (!now) co_return now.error();
        co_return Beginning(*now - 24h);
    }

    Life& life_;
    std::string name_;
    Origin origin_;
    std::stop_source stop_;
    SimulatedClient http_;
    TokenAuthorizer authorizer_;
    LogsClient logs_;
    TenantSource source_;
    std::map<std::string, std::unique_ptr<Running>> routes_;
};

Life::Life(World& world)
    : world_(world), happenings_(world.clock), dead_letters_(world.dir.path(), world.clock, 0), checkpoints_(world, dead_) {
    world.note("a life begins", "");
    for (const bool exactly_once : {true, false}) {
        const std::string name = exactly_once ? "exact" : "plain";
        sinks_[name] = std::make_unique<SimulatedSink>(world, name, exactly_once, dead_);
    }
    for (const std::string& host : world.hosts) {
        auto tenant = std::make_unique<Tenant>(*this, host);
        for (const SimulatedRoute& route : world.routes)
            if (route.id.tenant() == tenant->name()) tenant->start(route);
        tenants_[tenant->name()] = std::move(tenant);
    }
}

Life::~Life() = default;

void Life::stop() {
    if (world_.is_on("state", "state's disk is full")) ++world_.hard_ends;
    const SteadyTime asked = world_.clock.now();
    end();
    // The slowest write, there and back, and its checkpoint.
    if (world_.clock.now() - asked > 10s) world_.wrong("a stop took more than 10 s");
    check_that_every_event_was_accounted_for();
}

void Life::kill() {
    world_.note("killed", "");
    ++world_.hard_ends;
    dead_ = true;
    end();
}

void Life::end() {
    TaskGroup ending(world_.io.get_executor());
    for (const auto& [name, tenant] : tenants_) ending.spawn(tenant->stop());
    world_.run_out(ending, 10min);
    if (!ending.empty()) world_.wrong("a life does not end");
    tenants_.clear();
    // The next life does not know what Okta has asked of this one.
    for (const std::string& host : world_.hosts) world_.org(host).not_before.clear();
    if (world_.memory.used() != world_.taken.bytes()) world_.wrong("memory is not given back");
}

void Life::restart(const RouteId& route) {
    if (world_.is_on("state", "state's disk is full")) ++world_.hard_ends;
    Tenant& tenant = tenant_of(route);
    TaskGroup stopping(world_.io.get_executor());
    stopping.spawn(tenant.stop_route(route.sink()));
    world_.run_out(stopping, 10min);
    for (const SimulatedRoute& wanted : world_.routes)
        if (wanted.id == route) tenant.start(wanted);
}

void Life::credentials_changed() {
    for (const auto& [name, tenant] : tenants_) tenant->credentials_changed();
}

Life::Tenant& Life::tenant_of(const RouteId& route) { return *tenants_.at(route.tenant()); }

void Life::check_that_every_event_was_accounted_for() const {
    const std::string metrics = happenings_.metrics_text();
    for (const std::string& host : world_.hosts) {
        const std::string label = "tenant=\"" + host.substr(0, host.find('.')) + '"';
        const auto of = [&](const char* name) { return sum(metrics, name, label); };
        const double accounted = of("oktail_events_total") + of("oktail_events_filtered_total") +
                                 of("oktail_events_let_go_total") + of("oktail_dead_letters_total") +
                                 of("oktail_duplicates_dropped_total");
        if (of("oktail_events_taken_total") != accounted)
            world_.wrong(host + ": of " + std::to_string(of("oktail_events_taken_total")) + " events " +
                         std::to_string(accounted) + " are accounted for");
        // An event that was never in the log is missed when the log is looked through.
        const bool fell_for_one = world_.okta.faults().struck().contains("insert_event");
        if (of("oktail_gap_total") != 0 && !fell_for_one) world_.wrong(host + ": a gap was suspected, and there is none");
    }
}

}  // namespace oktail
