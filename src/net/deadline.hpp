#pragma once

#include <oktail/core/clock.hpp>

#include <algorithm>
#include <cstddef>

namespace oktail {

/// When a request must be over, however many phases it has.
class Deadline {
public:
    Deadline(const Clock& clock, SteadyTime::duration span) : clock_(&clock), end_(clock.now() + span) {}

    /// For a phase of its own limit. Never negative.
    SteadyTime::duration at_most(SteadyTime::duration phase) const {
        return std::clamp(end_ - clock_->now(), SteadyTime::duration::zero(), phase);
    }
    /// What is left for each of so many parts.
    SteadyTime::duration share(std::size_t parts) const {
        return at_most(SteadyTime::duration::max()) / static_cast<SteadyTime::rep>(parts);
    }
    /// Since `begin` we waited for ourselves, not for the peer: that does not count.
    void forgive(SteadyTime begin) { end_ += clock_->now() - begin; }
    SteadyTime now() const { return clock_->now(); }

private:
    const Clock* clock_;
    SteadyTime end_;
};

}  // namespace oktail
