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
        if (!found && agrees(seen_.size())) found = i + 1;
    }
    return found;
}

/// The newest first: most places fail at the first one.
bool PlaceSearch::agrees(std::size_t end) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min({end, tail_.size(), most_compared}));
    return std::equal(tail_.rbegin(), tail_.rbegin() + count, seen_.rbegin() + static_cast<std::ptrdiff_t>(seen_.size() - end));
}

}  // namespace oktail
