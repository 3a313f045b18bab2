#pragma once

#include <oktail/core/asio.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>

namespace oktail {

/// A nursery: every coroutine belongs to one, and it must be empty before it goes (asserted). Make it the last member of its
/// owner, so that what the coroutines use outlives them. All on one shard.
class TaskGroup {
public:
    explicit TaskGroup(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    /// Starts it on the group's executor. An exception that leaves it, other than the unwinding of cancel(), ends the process.
    void spawn(asio::awaitable<void> task);
    /// Hard stop: unwinds every task at its next await. For after the deadline; a graceful stop goes by stop_token.
    void cancel();
    /// Returns when the last task has ended.
    asio::awaitable<void> join();

    bool empty() const noexcept { return signals_.empty(); }
    const asio::any_io_executor& executor() const noexcept { return executor_; }

private:
    asio::any_io_executor executor_;
    std::list<asio::cancellation_signal> signals_;
    std::list<asio::steady_timer*> joiners_;
    bool cancelled_ = false;
};

}  // namespace oktail
