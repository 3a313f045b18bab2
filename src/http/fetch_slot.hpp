#pragma once

#include "core/gate.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <stop_token>

namespace oktail {

/// A body's place among those that are read at the same time: more than some 16 per core only cost memory and caches.
/// A peer that stalls, or lets bytes drip, does not keep it. One shard.
class FetchSlot {
public:
    /// What a body must bring within `patience` to keep its place.
    static constexpr std::size_t least_progress = 16UL * 1024;

    /// `patience`: how long the place is kept while nothing much comes.
    FetchSlot(Gate& gate, asio::any_io_executor executor, std::chrono::milliseconds patience);

    /// Before bytes are worked on, so many in all: returns with a place. Errors: stopped.
    asio::awaitable<Result<void>> take(std::size_t received, std::stop_token stop);
    /// Before waiting for bytes: the place goes back unless enough of them come in time; of a body that was slow before, at
    /// once.
    void lend();

private:
    struct Hold {
        Gate::Place place;
        std::size_t advances = 0;  ///< tells the timer that runs from one that is over, though it may have fired
        bool is_slow = false;
    };

    Gate& gate_;
    asio::steady_timer timer_;
    std::chrono::milliseconds patience_;
    std::shared_ptr<Hold> hold_ = std::make_shared<Hold>();
    std::size_t enough_ = 0;  ///< bytes in all that are progress
    std::size_t timed_ = 0;   ///< the advance that the timer runs for
};

}  // namespace oktail
