#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "core/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace oktail {

/// Secrets that a worker reads: where their files lie may hang, and then only those who need them wait. One shard.
template <class Value>
class SecretReader {
public:
    using Read = std::function<Result<Value>()>;

    static constexpr std::chrono::seconds patience{10};

    /// `read` blocks, and runs on a thread of `readers`. What is referred to outlives it.
    SecretReader(Read read, WorkerPool& readers, Clock& clock) : read_(std::move(read)), readers_(readers), clock_(clock) {}

    /// Afresh. Errors: those of `read`, transient (it hangs), stopped.
    asio::awaitable<Result<Value>> read(std::stop_token stop);

private:
    Read read_;
    WorkerPool& readers_;
    Clock& clock_;
    std::shared_ptr<std::atomic<bool>> reading_ = std::make_shared<std::atomic<bool>>(false);
};

template <class Value>
asio::awaitable<Result<Value>> SecretReader<Value>::read(std::stop_token stop) {
    const Error hangs(ErrorKind::transient, "the secret cannot be read in time: does the file system hang where it lies?");
    // One at a time: a thread is enough to wait for a file system that hangs.
    constexpr std::chrono::milliseconds look{20};
    for (auto waited = look; reading_->load() && waited < patience && !stop.stop_requested(); waited += look)
        co_await clock_.sleep_for(look, stop);
    if (reading_->exchange(true)) co_return hangs;
    auto job = [read = read_, reading = reading_] {
        auto secrets = read();
        reading->store(false);
        return secrets;
    };
    auto secrets = co_await readers_.run_until(clock_.now() + patience, clock_, std::move(job), stop);
    if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while reading the secret");
    if (!secrets) co_return hangs;
    co_return std::move(*secrets);
}

}  // namespace oktail
