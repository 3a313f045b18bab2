#pragma once

#include <oktail/core/asio.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <stop_token>

namespace oktail {

/// Waits until the timer fires or is cancelled, or until `stop` is requested (on this executor); throws only on a hard cancel.
/// The timer must outlive the call.
asio::awaitable<void> wait_or_stop(asio::steady_timer& timer, std::stop_token stop);

}  // namespace oktail
