#pragma once

#include "core/gate.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <stop_token>

namespace oktail {

/// A body's place among those that are read at the same time: more than some 16 per core only cost memory and caches.
/// A peer that stalls does not keep it. One shard.
class FetchSlot {
public:
    /// `patience`: how long the place is kept while no byte comes.
    FetchSlot(Gate& gate, asio::any_io_executor executor, std::chrono::milliseconds patience);

    /// Before bytes are worked on: returns with a place. Errors: stopped.
    asio::awaitable<Result<void>> take(std::stop_token stop);
    /// Before waiting for bytes: the place goes back unless take() comes in time.
    void lend();

private:
    struct Hold {
        Gate::Place place;
        std::size_t waits = 0;  ///< tells the wait that runs from one that is over, though its timer may have fired
    };

    Gate& gate_;
    asio::steady_timer timer_;
    std::chrono::milliseconds patience_;
    std::shared_ptr<Hold> hold_ = std::make_shared<Hold>();
};

}  // namespace oktail
