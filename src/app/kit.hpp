#pragma once

#include <oktail/core/byte_budget.hpp>

#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "core/worker_pool.hpp"
#include "http/http_shared.hpp"
#include "metrics/happenings.hpp"
#include "okta/page_slicer.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <stop_token>
#include <utility>

namespace oktail {

/// What a command needs that asks Okta by itself, without a daemon. One thread.
class Kit {
public:
    SteadyClock clock;
    Happenings happenings{clock};
    ByteBudget memory{64U * 1024 * 1024};
    asio::io_context io{1};
    HttpShared http{clock, memory, 1};
    WorkerPool readers{"secret-reader", 4};
    WorkerPool signers{"signer", 1};
    PageSlicer page_slicer;
};

/// A stop that comes by itself.
class Deadline {
public:
    Deadline(Kit& with, std::chrono::seconds after) : tasks_(with.io.get_executor()) {
        tasks_.spawn(run(with.clock, stop_, ended_.get_token(), after));
    }
    std::stop_token token() const { return stop_.get_token(); }
    bool passed() const { return stop_.stop_requested(); }
    asio::awaitable<void> end() {
        ended_.request_stop();
        co_await tasks_.join();
    }

private:
    static asio::awaitable<void> run(Clock& clock, std::stop_source stop, std::stop_token ended, std::chrono::seconds after) {
        co_await clock.sleep_for(after, ended);
        if (!ended.stop_requested()) stop.request_stop();
    }

    std::stop_source stop_;
    std::stop_source ended_;
    TaskGroup tasks_;
};

}  // namespace oktail
