#include "http/pacer.hpp"

#include <algorithm>

namespace oktail {

Pacer::Pacer(Clock& clock, unsigned per_second)
    : clock_(clock), gap_(std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second) {}

asio::awaitable<void> Pacer::take_turn(std::stop_token stop) {
    constexpr int burst = 10;  // after a rest, so that a few tenants start at once
    const SteadyTime now = clock_.now();
    SteadyTime turn;
    {
        const std::lock_guard lock(mutex_);
        turn = std::max(next_, now - burst * gap_);
        next_ = turn + gap_;
    }
    if (turn > now) co_await clock_.sleep_until(turn, std::move(stop));
}

}  // namespace oktail
