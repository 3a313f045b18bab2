#include "route/known_events.hpp"

#include <bit>

namespace oktail {

// A quarter full at most, so that a probe seldom goes on.
KnownEvents::KnownEvents(std::size_t most)
    : slots_(std::bit_ceil(most * 4 + 4)), taken_(slots_.size()), mask_(slots_.size() - 1) {}

bool KnownEvents::add(const Uuid& id) {
    std::size_t at = std::hash<Uuid>()(id) & mask_;
    while (taken_[at]) {
        if (slots_[at] == id) return false;
        at = (at + 1) & mask_;
    }
    taken_[at] = true;
    slots_[at] = id;
    return true;
}

bool KnownEvents::contains(const Uuid& id) const {
    std::size_t at = std::hash<Uuid>()(id) & mask_;
    while (taken_[at] && slots_[at] != id) at = (at + 1) & mask_;
    return taken_[at];
}

}  // namespace oktail
