#include "route/place_search.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::size_t most_compared = 8;

}  // namespace

std::optional<std::size_t> PlaceSearch::look_at(const Page& page) {
    const std::size_t before = std::min(seen_.size(), most_compared);
    seen_.erase(seen_.begin(), seen_.end() - static_cast<std::ptrdiff_t>(before));
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < page.size(); ++i) {
        if (!known_.insert(page.slice(i).id).second) continue;
        seen_.push_back(page.slice(i).id);
        if (!found && agrees()) found = i + 1;
    }
    return found;
}

/// Backwards: most places fail at the first comparison.
bool PlaceSearch::agrees() const {
    std::size_t compared = 0;
    bool left_out = false;
    auto seen = seen_.rbegin();
    for (auto expected = tail_.rbegin(); expected != tail_.rend(); ++expected) {
        if (seen == seen_.rend() || compared == most_compared) return true;
        if (*expected == *seen) {
            ++compared;
            ++seen;
        } else if (compared == 0 || known_.contains(*expected)) {
            return false;
        } else {
            left_out = true;  // Okta serves it no longer
        }
    }
    return !left_out || compared > 1;
}

}  // namespace oktail
