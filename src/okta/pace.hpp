#pragma once

#include <oktail/core/clock.hpp>

#include <algorithm>
#include <chrono>

namespace oktail {

/// When a tenant may ask Okta next. Pure: time comes in with every call.
class Pace {
public:
    using Span = std::chrono::milliseconds;
    /// While laggards want their share, the head is asked no more often than this.
    static constexpr std::chrono::seconds head_interval_beside_laggards{5};

    Pace(Span min_interval, Span max_interval) : min_(min_interval), max_(max_interval), interval_(min_interval) {}

    /// A request goes out.
    void asked(SteadyTime now) { asked_at_ = now; }
    /// The end of the log answered: when to ask again. An idle log is asked ever less often.
    SteadyTime end_answered(bool empty, SteadyTime now);
    /// The smallest time between two requests that the org's rate limit leaves us.
    void leave_between(Span interval) { between_ = interval; }
    /// Nothing is asked before `until`.
    void hold(SteadyTime until) { held_until_ = std::max(held_until_, until); }

    /// When anything may be asked at all.
    SteadyTime allowed() const { return std::max(held_until_, asked_at_ + between_); }

private:
    Span min_;
    Span max_;
    Span interval_;
    Span between_{};
    SteadyTime asked_at_{};
    SteadyTime held_until_{};
};

}  // namespace oktail
