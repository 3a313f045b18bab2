#pragma once

#include <oktail/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace oktail {

/// Tells a peer that trickles from one that is slow: after a while it must have sent at least so much a second, from its first
/// byte on. Pure.
class TransferRate {
public:
    /// `bytes_per_second`, over all since the first byte, once `patience` has passed.
    TransferRate(std::size_t bytes_per_second, SteadyTime::duration patience)
        : bytes_per_second_(bytes_per_second), patience_(patience) {}

    /// `received` bytes have come by now.
    bool is_too_slow(std::size_t received, SteadyTime now) {
        first_ = std::min(first_, now);
        const auto span = now - first_;
        return span > patience_ && std::chrono::duration<double>(span).count() * static_cast<double>(bytes_per_second_) >
                                       static_cast<double>(received);
    }
    /// Since `begin` we did not read: that does not count.
    void forgive(SteadyTime begin, SteadyTime now) {
        if (first_ != nothing_yet) first_ += now - begin;
    }

private:
    std::size_t bytes_per_second_;
    SteadyTime::duration patience_;
    static constexpr SteadyTime nothing_yet = SteadyTime::max();
    SteadyTime first_ = nothing_yet;
};

}  // namespace oktail
