#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/sink/sink.hpp>
#include <oktail/state/state_store.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

class Resolver;

/// What sinks of every type are built with. All of it outlives them.
class SinkDeps {
public:
    SinkDeps(Clock& clock, StateStore& state, Resolver& resolver, std::vector<asio::any_io_executor> shards,
             bool accept_new_state, std::string instance = "test")
        : clock(clock), state(state), resolver(resolver), shards(std::move(shards)), accept_new_state(accept_new_state),
          instance(std::move(instance)) {}

    Clock& clock;
    StateStore& state;
    Resolver& resolver;
    std::vector<asio::any_io_executor> shards;  ///< for state that routes of several shards share: pick one by hash
    bool accept_new_state;
    std::string instance;  ///< what this daemon is called where several write
};

/// One type of sink. All of them stand in src/sink/all_sinks.cpp.
class SinkFactory {
public:
    virtual ~SinkFactory() = default;

    virtual std::string_view type() const = 0;
    /// The keys beside `type`: read, checked, printed and documented from here.
    virtual const KeyTable& keys() const = 0;
    /// Pure; reports every problem. nullptr if there were any. `environment` says where secrets may lie.
    virtual std::shared_ptr<const SinkOptions> parse(const ConfigNode& sink, const Environment& environment,
                                                     Problems& problems) const = 0;
    /// Whether events could go there now, as whoever runs this: for `oktail check --online`. Changes nothing; blocks, for some
    /// seconds at most. What is fine about it, for people. Errors: any kind; what is wrong, and behind "; " what to do.
    virtual Result<std::string> probe(const SinkOptions& options) const = 0;
    /// Once at start, before the first make(): mends what an earlier run left, for sinks that are no longer configured too.
    /// Errors: fatal. What has to wait (full disk) does not hold up the start: open() of that route waits.
    virtual asio::awaitable<Result<void>> recover(SinkDeps /*deps*/) const { co_return Result<void>(); }
    virtual std::unique_ptr<Sink> make(std::string name, std::shared_ptr<const SinkOptions> options, SinkDeps deps) const = 0;
};

/// Every type of sink that oktail knows.
const std::vector<const SinkFactory*>& all_sinks();

}  // namespace oktail
