#pragma once

#include "route/supervisor.hpp"
#include "support/corked_sink.hpp"
#include "support/fake_source.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_checkpoints.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>
#include <optional>

namespace oktail {

/// One life of a process with one route: fakes around a real Supervisor. Disk and destination outlive it.
class RouteRun {
public:
    RouteRun(MemoryCheckpoints::Disk& disk, Destination& destination, const TempDir& dir, int events, int page_size,
             StepFuse fuse = {})
        : fuse(std::move(fuse)), source(events, page_size, this->fuse), sink(destination, this->fuse),
          checkpoints(disk, this->fuse), dead_letters(dir / "dead-letters", clock, 0) {}

    RouteRun(const RouteRun&) = delete;
    RouteRun& operator=(const RouteRun&) = delete;
    ~RouteRun() {
        sink.uncork();
        stop();
    }

    void start() {
        happenings.route_added(log::Scope(id.tenant(), id.sink()), StallRule());
        RouteSetup setup(id, query, {}, EventFilter(), max_event);
        setup.beginning = [this](std::stop_token) -> asio::awaitable<Result<Beginning>> { co_return Beginning(source.now); };
        supervisor.emplace(std::move(setup), source, sink, checkpoints, dead_letters, clock, happenings);
        asio::co_spawn(io, supervisor->run(fuse.stop_token()), [this](std::exception_ptr error, Result<void> result) {
            ended = true;
            crashed = error != nullptr;
            if (!error && !result) fatal = result.error();
        });
        poll();
    }
    /// Runs what can run now.
    void poll() {
        io.restart();
        io.poll();
    }
    /// Moves time until the route has ended or nothing more will happen in `span`.
    void pass(std::chrono::milliseconds span) {
        for (std::chrono::milliseconds passed{0}; passed < span && !ended; passed += std::chrono::milliseconds(250)) {
            clock.advance(std::chrono::milliseconds(250));
            poll();
        }
    }
    void stop() {
        fuse.stop();
        poll();
    }

    RouteId id{"acme", "archive"};
    Query query{"https://acme.okta.com", ""};
    std::size_t max_event = 1'000'000;
    asio::io_context io{1};
    ManualClock clock;
    StepFuse fuse;
    Happenings happenings{clock};
    FakeSource source;
    CorkedSink sink;
    MemoryCheckpoints checkpoints;
    DeadLetters dead_letters;
    std::optional<Supervisor> supervisor;
    bool ended = false;
    bool crashed = false;
    std::optional<Error> fatal;
};

}  // namespace oktail
