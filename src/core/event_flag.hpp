#pragma once

#include <oktail/core/asio.hpp>

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <stop_token>

namespace oktail {

/// "Look again": wakes every coroutine that waits. All on one shard.
class EventFlag {
public:
    EventFlag() = default;
    EventFlag(const EventFlag&) = delete;
    EventFlag& operator=(const EventFlag&) = delete;

    /// Returns after the next notify(), or soon after `stop` is requested; never throws on stop. May wake for nothing: ask
    /// again.
    asio::awaitable<void> wait(std::stop_token stop);
    void notify();

private:
    // Each waiter has a timer of its own: cancelling a shared one would wake all when one is stopped.
    std::list<asio::steady_timer*> waiters_;
};

}  // namespace oktail
