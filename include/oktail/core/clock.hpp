#pragma once

#include <oktail/core/asio.hpp>

#include <chrono>
#include <stop_token>

namespace oktail {

using SteadyTime = std::chrono::steady_clock::time_point;
/// Okta's own resolution. Never used for intervals: it may jump.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Every reading of time and every sleep goes through here; tests own a ManualClock.
class Clock {
public:
    virtual ~Clock() = default;

    virtual SteadyTime now() const = 0;   ///< for intervals and deadlines; any thread
    virtual UtcTime utc_now() const = 0;  ///< for things that people or Okta read; any thread

    /// Returns at `when` (rounded up to 10 ms, so that sleepers wake together), or soon after `stop` is requested; never throws
    /// on stop. `stop` is requested on the caller's own executor, as everywhere.
    virtual asio::awaitable<void> sleep_until(SteadyTime when, std::stop_token stop) = 0;

    asio::awaitable<void> sleep_for(SteadyTime::duration span, std::stop_token stop) {
        return sleep_until(now() + span, std::move(stop));
    }
};

}  // namespace oktail
