#include "core/task_group.hpp"

#include "core/assert.hpp"
#include "core/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace oktail {

TaskGroup::~TaskGroup() { OKTAIL_ASSERT(signals_.empty()); }

void TaskGroup::spawn(asio::awaitable<void> task) {
    const auto signal = signals_.emplace(signals_.end());
    auto ended = [this, signal](std::exception_ptr error) {
        if (error && !cancelled_) {
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& e) {
                log::error({}, "a task ended by an exception", {{"what", e.what()}});
            } catch (...) {
                log::error({}, "a task ended by an unknown exception");
            }
            OKTAIL_ASSERT(false && "no exception leaves a task");
        }
        signals_.erase(signal);
        if (signals_.empty())
            for (asio::steady_timer* timer : joiners_) timer->cancel();
    };
    asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(signal->slot(), std::move(ended)));
}

void TaskGroup::cancel() {
    cancelled_ = true;
    // A cancelled task may end at once and take its signal with it.
    for (auto it = signals_.begin(); it != signals_.end();) {
        auto& signal = *it++;
        signal.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> TaskGroup::join() {
    while (!signals_.empty()) {
        asio::steady_timer timer(executor_, asio::steady_timer::time_point::max());
        const auto place = joiners_.insert(joiners_.end(), &timer);
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        auto [ec] = co_await timer.async_wait(token);
        static_cast<void>(ec);
        joiners_.erase(place);
    }
}

}  // namespace oktail
