#pragma once

#include "auth/token_authorizer.hpp"
#include "core/task_group.hpp"
#include "metrics/happenings.hpp"
#include "okta/logs_client.hpp"
#include "okta/tenant_source.hpp"
#include "route/dead_letters.hpp"
#include "route/supervisor.hpp"
#include "simulation/simulated_client.hpp"
#include "simulation/simulated_sink.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace oktail {

/// One run of the daemon's core in a world: every tenant with its token, its source and its routes, wired as in the daemon.
class Life {
public:
    explicit Life(World& world);
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    /// After stop() or kill().
    ~Life();

    /// As on SIGTERM; every event must have been accounted for.
    void stop();
    /// As by SIGKILL: from now on nothing has an effect.
    void kill();
    /// As a reload that changes this one route.
    void restart(const RouteId& route);
    /// A changed secret file was noticed.
    void credentials_changed();

private:
    class Tenant;

    Tenant& tenant_of(const RouteId& route);
    void end();
    void check_that_every_event_was_accounted_for() const;

    World& world_;
    bool dead_ = false;
    Happenings happenings_;
    DeadLetters dead_letters_;
    SimulatedCheckpoints checkpoints_;
    std::map<std::string, std::unique_ptr<SimulatedSink>> sinks_;
    std::map<std::string, std::unique_ptr<Tenant>> tenants_;
};

}  // namespace oktail
