#pragma once

#include <oktail/core/clock.hpp>

#include <mutex>
#include <stop_token>

namespace oktail {

/// So many a second, over all shards: a rate and not a count, so that peers that stall hold nothing. Thread-safe.
class Pacer {
public:
    Pacer(Clock& clock, unsigned per_second);

    /// Returns when it is the caller's turn, or soon after `stop` is requested.
    asio::awaitable<void> take_turn(std::stop_token stop);

private:
    Clock& clock_;
    SteadyTime::duration gap_;
    std::mutex mutex_;
    SteadyTime next_{};
};

}  // namespace oktail
