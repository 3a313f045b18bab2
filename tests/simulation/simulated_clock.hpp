#pragma once

#include <oktail/core/clock.hpp>

#include "core/event_flag.hpp"

#include <algorithm>
#include <map>

namespace oktail {

/// Time that goes from one sleeper's moment to the next, however long that is. One thread.
class SimulatedClock : public Clock {
public:
    SteadyTime now() const override { return now_; }
    UtcTime utc_now() const override { return true_time() + stepped_; }

    asio::awaitable<void> sleep_until(SteadyTime when, std::stop_token stop) override {
        if (when <= now_ || stop.stop_requested()) co_return;
        const auto place = sleepers_.try_emplace({when, ++sleeps_}).first;
        while (now_ < when && !stop.stop_requested()) co_await place->second.wait(stop);
        sleepers_.erase(place);
    }

    /// The wall clock of a machine whose time is right.
    UtcTime true_time() const { return begin_utc + std::chrono::floor<std::chrono::milliseconds>(now_ - begin); }
    /// What an administrator, or NTP, does to our wall clock.
    void step_utc(std::chrono::milliseconds span) { stepped_ += span; }

    /// Goes on to the next sleeper's moment, or to `end` if that comes before. Run the io_context afterwards.
    void move_on(SteadyTime end) {
        now_ = sleepers_.empty() ? end : std::clamp(sleepers_.begin()->first.first, now_, end);
        for (auto& [key, woken] : sleepers_) {
            if (key.first > now_) break;
            woken.notify();
        }
    }

    static constexpr SteadyTime begin{std::chrono::hours(1)};
    static constexpr UtcTime begin_utc{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z

private:
    SteadyTime now_ = begin;
    std::chrono::milliseconds stepped_{};
    std::map<std::pair<SteadyTime, std::uint64_t>, EventFlag> sleepers_;  // by time, then first come first served
    std::uint64_t sleeps_ = 0;
};

}  // namespace oktail
