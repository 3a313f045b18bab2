#include "core/worker_pool.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>

namespace oktail {
namespace {

constexpr std::chrono::seconds moment{1};
std::atomic<int> left_behind = 0;

}  // namespace

WorkerPool::WorkerPool(const std::string& name, unsigned threads) : working_(threads) {
    for (unsigned i = 0; i < threads; ++i)
        threads_.emplace_back([this, name] {
            pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
            work();
            const std::lock_guard lock(mutex_);
            --working_;
            ended_.notify_all();
        });
}

WorkerPool::~WorkerPool() {
    end_within({});
    for (auto& thread : threads_) thread.join();
}

bool WorkerPool::end_within(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    closing_ = true;
    jobs_.clear();
    wake_.notify_all();
    return ended_.wait_for(lock, patience, [this] { return working_ == 0; });
}

void WorkerPool::post(std::function<void()> job) {
    if (threads_.empty()) return job();
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void WorkerPool::work() {
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
}

void leave_behind(std::unique_ptr<WorkerPool> pool) {
    if (pool->end_within(moment)) return;
    ++left_behind;
    std::thread([pool = std::move(pool)]() mutable {
        pool.reset();
        --left_behind;
    }).detach();
}

bool is_anything_left_behind() { return left_behind != 0; }

}  // namespace oktail
