#pragma once

#include <oktail/core/clock.hpp>

#include "app/life_signs.hpp"
#include "app/service_notifier.hpp"

#include <stop_token>

namespace oktail {

/// Tells the service manager that we are alive, as long as everyone does who is watched. Who falls silent, or answers again, is
/// logged, manager or not. Returns when `stop` is requested.
asio::awaitable<void> feed_watchdog(LifeSigns& life_signs, ServiceNotifier& manager, Clock& clock, std::stop_token stop);

}  // namespace oktail
