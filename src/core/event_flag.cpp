#include "core/event_flag.hpp"

#include "core/wait_for_stop.hpp"

#include <boost/asio/this_coro.hpp>

namespace oktail {

asio::awaitable<void> EventFlag::wait(std::stop_token stop) {
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    const auto place = waiters_.insert(waiters_.end(), &timer);
    // Also when a hard cancel unwinds us.
    const auto leave = [this, place](void*) { waiters_.erase(place); };
    const std::unique_ptr<void, decltype(leave)> guard(&timer, leave);
    co_await wait_or_stop(timer, std::move(stop));
}

void EventFlag::notify() {
    for (asio::steady_timer* timer : waiters_) timer->cancel();
}

}  // namespace oktail
