#pragma once

#include <oktail/core/clock.hpp>

#include <optional>
#include <stop_token>

namespace oktail {

/// A sleep that can be cut short. One sleeper at a time; on one shard.
class Nap {
public:
    /// Returns at `when`, after wake(), or soon after `stop` is requested.
    asio::awaitable<void> until(SteadyTime when, Clock& clock, std::stop_token stop);
    /// Nothing happens if nobody sleeps.
    void wake();

private:
    std::optional<std::stop_source> sleeping_;
};

}  // namespace oktail
