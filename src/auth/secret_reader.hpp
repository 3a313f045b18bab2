#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include "core/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace oktail {

/// Secrets that a worker reads: where their files lie may hang, and then only those who need them wait. One shard.
class SecretReader {
public:
    using Read = std::function<Result<std::vector<Secret>>()>;

    static constexpr std::chrono::seconds patience{10};

    /// `read` blocks, and runs on a thread of `readers`. What is referred to outlives it.
    SecretReader(Read read, WorkerPool& readers, Clock& clock) : read_(std::move(read)), readers_(readers), clock_(clock) {}

    /// Afresh. Errors: those of `read`, transient (it hangs), stopped.
    asio::awaitable<Result<std::vector<Secret>>> read(std::stop_token stop);

private:
    Read read_;
    WorkerPool& readers_;
    Clock& clock_;
    std::shared_ptr<std::atomic<bool>> reading_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace oktail
