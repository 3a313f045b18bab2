#pragma once

#include <oktail/core/clock.hpp>

#include "core/event_flag.hpp"

namespace oktail {

/// Time stands still until the test moves it. One thread.
class ManualClock : public Clock {
public:
    explicit ManualClock(UtcTime utc = UtcTime(std::chrono::seconds(1'767'225'600))) : utc_(utc) {}  // 2026-01-01T00:00:00Z

    SteadyTime now() const override { return now_; }
    UtcTime utc_now() const override { return utc_; }

    asio::awaitable<void> sleep_until(SteadyTime when, std::stop_token stop) override {
        ++sleepers_;
        while (now_ < when && !stop.stop_requested()) co_await moved_.wait(stop);
        --sleepers_;
    }

    /// Wakes whoever is due; run the io_context afterwards.
    void advance(std::chrono::milliseconds span) {
        now_ += span;
        utc_ += span;
        moved_.notify();
    }
    /// Wall clock only: what an administrator, or NTP, does.
    void step_utc(std::chrono::milliseconds span) { utc_ += span; }
    int sleepers() const { return sleepers_; }

private:
    SteadyTime now_{std::chrono::hours(1)};
    UtcTime utc_;
    EventFlag moved_;
    int sleepers_ = 0;
};

}  // namespace oktail
