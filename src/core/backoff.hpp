#pragma once

#include <chrono>
#include <cstdint>

namespace oktail {

/// How long to wait before the next try: doubling from `first` to `most`, with jitter, so that many do not come back together.
class Backoff {
public:
    using Span = std::chrono::milliseconds;

    /// `seed` makes the jitter; two owners should have different ones.
    Backoff(Span first, Span most, std::uint64_t seed);

    /// Between half of the step and the whole of it; the step doubles with every call.
    Span next();
    void reset() { step_ = first_; }
    /// Uniform in [0, span]; for jitter elsewhere.
    Span jitter(Span span);

private:
    Span first_;
    Span most_;
    Span step_;
    std::uint64_t random_;
};

}  // namespace oktail
