#pragma once

#include "core/steady_clock.hpp"

namespace oktail::simulator {

/// The machine's clock, wrong by so much for whoever asks what time it is.
class ShiftedClock : public SteadyClock {
public:
    explicit ShiftedClock(std::chrono::seconds ahead) : ahead_(ahead) {}

    UtcTime utc_now() const override { return SteadyClock::utc_now() + ahead_; }

private:
    std::chrono::seconds ahead_;
};

}  // namespace oktail::simulator
