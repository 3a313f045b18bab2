#pragma once

#include <oktail/core/clock.hpp>

namespace oktail {

/// Real time. The only place that asks the system for it.
class SteadyClock : public Clock {
public:
    SteadyTime now() const override;
    UtcTime utc_now() const override;
    asio::awaitable<void> sleep_until(SteadyTime when, std::stop_token stop) override;
};

}  // namespace oktail
