#pragma once

#include "core/shard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <utility>

namespace oktail {

/// Starts it on the shard's thread; the test's thread waits with get().
template <class T>
std::future<T> start_on(Shard& shard, asio::awaitable<T> task) {
    return asio::co_spawn(shard.executor(), std::move(task), asio::use_future);
}

template <class T>
T run_on(Shard& shard, asio::awaitable<T> task) {
    return start_on(shard, std::move(task)).get();
}

}  // namespace oktail
