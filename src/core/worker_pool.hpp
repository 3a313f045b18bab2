#pragma once

#include "core/handover.hpp"

#include <boost/asio/this_coro.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
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
    WorkerPool(const std::string& name, unsigned threads);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    /// Finishes the jobs that run, forgets those that wait, and joins the threads.
    ~WorkerPool();

    /// Runs `job` on a thread of the pool and resumes the caller on its own executor with what the job returned. The job
    /// must not throw (the process ends if it does). A hard cancel of the caller ends the wait at once.
    template <class Job>
    asio::awaitable<std::invoke_result_t<Job&>> run(Job job);

    /// Starts a job that nobody waits for. Any thread.
    void post(std::function<void()> job);

private:
    void work();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

template <class Job>
asio::awaitable<std::invoke_result_t<Job&>> WorkerPool::run(Job job) {
    using Value = std::invoke_result_t<Job&>;
    auto executor = co_await asio::this_coro::executor;
    auto result = std::make_shared<Handover<Value>>(executor);
    post([result = result, job = std::move(job)]() mutable { Handover<Value>::give(std::move(result), job()); });
    co_return co_await Handover<Value>::take(result);
}

}  // namespace oktail
