#pragma once

#include <oktail/core/clock.hpp>

#include "simulator/log_store.hpp"
#include "simulator/random.hpp"

#include <cstddef>

namespace oktail::simulator {

/// When events happen in an org, and how long Okta takes to persist them: mostly a second or two, now and then
/// half an hour, and some share their time with the one before.
class Traffic {
public:
    Traffic(double per_second, std::uint64_t seed) : per_second_(per_second), random_(seed) {}

    /// `count` events, spread over the time before `start` at the org's own rate (no longer than six days).
    void fill_backlog(LogStore& log, std::size_t count, UtcTime start);
    /// Live events begin at `start`.
    void begin(UtcTime start) { next_ = start; }
    /// Persists what was due by `now`.
    void flow(LogStore& log, UtcTime now);
    /// Persists `count` more at `now`.
    void burst(LogStore& log, std::size_t count, UtcTime now);
    void pause() { paused_ = true; }
    void resume(UtcTime now);

private:
    using Fine = std::chrono::sys_time<std::chrono::microseconds>;

    void persist(LogStore& log, UtcTime due);

    double per_second_;
    Random random_;
    Fine next_{};
    bool paused_ = false;
};

}  // namespace oktail::simulator
