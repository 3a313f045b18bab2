#pragma once

#include <oktail/core/clock.hpp>

#include <cstdint>

namespace oktail::simulator {

/// What the X-Rate-Limit headers say.
struct RateState {
    std::uint64_t limit;
    std::uint64_t remaining;
    std::chrono::sys_seconds reset;
    bool exceeded;
};

/// Okta's fixed window: 60 s from its first request, not aligned to the minute.
class RateWindow {
public:
    explicit RateWindow(std::uint64_t limit) : limit_(limit) {}

    /// Counts one request.
    RateState count(UtcTime now) {
        if (now >= reset_) {
            reset_ = std::chrono::ceil<std::chrono::seconds>(now) + std::chrono::minutes(1);
            used_ = 0;
        }
        const bool exceeded = used_ >= limit_;
        if (!exceeded) ++used_;
        return {limit_, limit_ - used_, reset_, exceeded};
    }
    void set_limit(std::uint64_t limit) {
        limit_ = limit;
        used_ = used_ < limit ? used_ : limit;
    }
    std::uint64_t limit() const noexcept { return limit_; }

private:
    std::uint64_t limit_;
    std::uint64_t used_ = 0;
    std::chrono::sys_seconds reset_{};
};

}  // namespace oktail::simulator
