#pragma once

#include <oktail/core/asio.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace oktail {

/// One value, from any thread to one coroutine. Shared by both ends: a coroutine that is cancelled just leaves.
template <class T>
class Handover {
public:
    /// `executor` is that of the coroutine that will take(). It must outlive the call of give().
    explicit Handover(asio::any_io_executor executor)
        : executor_(std::move(executor)), timer_(executor_, asio::steady_timer::time_point::max()) {}

    /// Any thread, once. `self` is given up on the taker's thread, so that nothing of the taker's dies elsewhere.
    static void give(std::shared_ptr<Handover> self, T value) {
        self->value_.emplace(std::move(value));
        auto executor = self->executor_;
        asio::post(executor, [self = std::move(self)] {
            self->given_ = true;
            self->timer_.cancel();
        });
    }

    /// Throws only when a hard cancel unwinds the caller.
    static asio::awaitable<T> take(std::shared_ptr<Handover> self) {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        while (!self->given_) {
            auto [ec] = co_await self->timer_.async_wait(token);
            if (!self->given_) throw boost::system::system_error(ec ? ec : asio::error::operation_aborted);
        }
        co_return std::move(*self->value_);
    }

private:
    asio::any_io_executor executor_;
    asio::steady_timer timer_;
    std::optional<T> value_;  // written before the post, read after it
    bool given_ = false;      // the taker's thread only
};

}  // namespace oktail
