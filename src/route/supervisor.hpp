#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/okta/page_source.hpp>
#include <oktail/sink/sink.hpp>
#include <oktail/state/checkpoint_store.hpp>

#include "core/backoff.hpp"
#include "core/nap.hpp"
#include "metrics/happenings.hpp"
#include "route/dead_letters.hpp"
#include "route/event_filter.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace oktail {

/// Where a new route begins.
class Beginning {
public:
    Beginning() = default;
    explicit Beginning(UtcTime since, Cursor at = {}) : since(since), at(std::move(at)) {}

    UtcTime since{};
    Cursor at;  ///< empty: a query from `since` on
};

/// What a route is made of. References outlive it.
class RouteSetup {
public:
    RouteSetup(RouteId id, Query query, TenantProfile tenant, EventFilter filter, std::size_t max_event)
        : id(std::move(id)), query(std::move(query)), tenant(std::move(tenant)), filter(std::move(filter)),
          max_event(max_event) {}

    RouteId id;
    Query query;
    TenantProfile tenant;
    EventFilter filter;
    std::size_t max_event;
    /// Asked once, before a new route's first checkpoint. Routes that begin together share the answer.
    std::function<asio::awaitable<Result<Beginning>>(std::stop_token)> beginning;
    /// What to write once, before the first page; then the checkpoint. Errors: fatal. May be empty.
    std::function<asio::awaitable<Result<Checkpoint>>(SinkWriter&, Checkpoint, std::stop_token)> replay;
};

/// Keeps one route running: opens its sink, finds its place, runs it, and starts it again from its checkpoint when it fails.
/// A failing route is a state, not a crash.
class Supervisor {
public:
    Supervisor(RouteSetup setup, PageSource& source, Sink& sink, CheckpointStore& checkpoints, DeadLetters& dead_letters,
               Clock& clock, Happenings& happenings);

    /// Returns after a stop (a Result without error) or with a fatal error: then the daemon must end.
    asio::awaitable<Result<void>> run(std::stop_token stop);
    /// What the route failed for may be mended: a wait after a failure ends. On the route's shard.
    void try_now();

private:
    asio::awaitable<Result<void>> run_once(std::stop_token stop);
    asio::awaitable<Result<Checkpoint>> place(std::stop_token stop);
    asio::awaitable<Result<Checkpoint>> first_checkpoint(std::stop_token stop);
    CheckpointStore& store() const;

    RouteSetup setup_;
    log::Scope scope_;
    PageSource& source_;
    Sink& sink_;
    CheckpointStore& checkpoints_;
    DeadLetters& dead_letters_;
    Clock& clock_;
    Happenings& happenings_;
    Backoff backoff_;
    Nap nap_;
};

}  // namespace oktail
