#pragma once

#include <oktail/core/clock.hpp>

#include "core/handover.hpp"

#include <boost/asio/this_coro.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace oktail {

/// Threads for work that blocks or burns: one pool for each kind, so that a hung mount stops nobody else.
/// A job owns its input: when its caller is cancelled it goes on alone, and its result is dropped.
class WorkerPool {
public:
    /// Without threads a job runs at once, where it is posted: for a program that is to have one thread.
    WorkerPool(const std::string& name, unsigned threads);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    /// Finishes the jobs that run, forgets those that wait, and joins the threads.
    ~WorkerPool();

    /// Runs `job` on a thread of the pool and resumes the caller on its own executor with what the job returned. The job
    /// must not throw (the process ends if it does). A hard cancel of the caller ends the wait at once.
    template <class Job>
    asio::awaitable<std::invoke_result_t<Job&>> run(Job job);

    /// As run(), but leaves the job to itself at `deadline`, or soon after `stop` is requested: nullopt then. The caller's
    /// executor outlives the pool.
    template <class Job>
    asio::awaitable<std::optional<std::invoke_result_t<Job&>>> run_until(SteadyTime deadline, Clock& clock, Job job,
                                                                         std::stop_token stop);

    /// Starts a job that nobody waits for. Any thread.
    void post(std::function<void()> job);
    /// Forgets the jobs that wait, takes no more, and waits so long for those that run. False: one still does.
    bool end_within(std::chrono::milliseconds patience);

private:
    /// Where a job that may be left behind puts its result; on the caller's executor.
    template <class Value>
    struct Waiter {
        std::optional<Value> value;
        std::stop_source woken;
    };

    void work();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable ended_;
    std::deque<std::function<void()>> jobs_;
    bool closing_ = false;
    std::size_t working_ = 0;  ///< threads that have not ended
    std::vector<std::thread> threads_;
};

/// The end of a pool whose jobs may never return, for a disk may never answer: after a moment it is left to itself, and ends
/// when they do.
void leave_behind(std::unique_ptr<WorkerPool> pool);
/// Whether such a pool is still there. Then the process must end without destructors: a job may yet give its result away.
bool is_anything_left_behind();

template <class Job>
asio::awaitable<std::invoke_result_t<Job&>> WorkerPool::run(Job job) {
    using Value = std::invoke_result_t<Job&>;
    auto executor = co_await asio::this_coro::executor;
    auto result = std::make_shared<Handover<Value>>(executor);
    post([result = result, job = std::move(job)]() mutable { Handover<Value>::give(std::move(result), job()); });
    co_return co_await Handover<Value>::take(result);
}

template <class Job>
asio::awaitable<std::optional<std::invoke_result_t<Job&>>> WorkerPool::run_until(SteadyTime deadline, Clock& clock, Job job,
                                                                                 std::stop_token stop) {
    using Value = std::invoke_result_t<Job&>;
    auto executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter<Value>>();
    post([waiter = waiter, executor, job = std::move(job)]() mutable {
        asio::post(executor, [waiter = std::move(waiter), value = job()]() mutable {
            waiter->value.emplace(std::move(value));
            waiter->woken.request_stop();
        });
    });
    const auto wake = [&waiter] { waiter->woken.request_stop(); };
    const std::stop_callback on_stop(stop, wake);
    const std::stop_token woken = waiter->woken.get_token();
    co_await clock.sleep_until(deadline, woken);
    co_return std::move(waiter->value);
}

}  // namespace oktail
