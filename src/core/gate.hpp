#pragma once

#include <oktail/core/byte_budget.hpp>

#include <stop_token>
#include <utility>

namespace oktail {

/// Lets so many in at a time, of all shards, first come first served. Thread-safe.
class Gate {
public:
    /// Held while inside; left when it goes.
    using Place = ByteBudget::Reservation;

    explicit Gate(unsigned places) : places_(places) {}

    /// Errors: stopped. `stop` is requested on the caller's executor.
    asio::awaitable<Result<Place>> enter(std::stop_token stop) { return places_.reserve(1, std::move(stop)); }
    std::size_t inside() const noexcept { return places_.used(); }

private:
    ByteBudget places_;
};

}  // namespace oktail
