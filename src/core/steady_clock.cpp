#include "core/steady_clock.hpp"

#include "core/wait_for_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace oktail {

SteadyTime SteadyClock::now() const { return std::chrono::steady_clock::now(); }

UtcTime SteadyClock::utc_now() const { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

asio::awaitable<void> SteadyClock::sleep_until(SteadyTime when, std::stop_token stop) {
    // Sleepers wake together: unaligned timers double the CPU per poll.
    constexpr std::chrono::milliseconds tick{10};
    const auto aligned = SteadyTime(std::chrono::ceil<std::chrono::milliseconds>(when.time_since_epoch() + tick) / tick * tick);
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, aligned);
    co_await wait_or_stop(timer, std::move(stop));
}

asio::awaitable<void> wait_or_stop(asio::steady_timer& timer, std::stop_token stop) {
    if (stop.stop_requested()) co_return;
    const auto cancel = [&timer] { timer.cancel(); };
    const std::stop_callback on_stop(stop, cancel);
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    auto [ec] = co_await timer.async_wait(token);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (ec && state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace oktail
