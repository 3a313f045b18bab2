#include "core/backoff.hpp"

#include <algorithm>

namespace oktail {

Backoff::Backoff(Span first, Span most, std::uint64_t seed) : first_(first), most_(most), step_(first), random_(seed) {}

Backoff::Span Backoff::next() {
    const Span step = std::min(step_, most_);
    step_ = std::min(most_, step * 2);
    return step / 2 + jitter(step / 2);
}

Backoff::Span Backoff::jitter(Span span) {
    // splitmix64: enough to spread tries, and repeatable by its seed.
    random_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = random_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    z ^= z >> 31U;
    if (span <= Span{0}) return Span{0};
    return Span{static_cast<Span::rep>(z % static_cast<std::uint64_t>(span.count() + 1))};
}

}  // namespace oktail
