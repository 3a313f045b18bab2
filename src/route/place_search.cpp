#include "route/place_search.hpp"

#include <algorithm>

namespace oktail {

std::optional<std::size_t> PlaceSearch::look_at(const Page& page) {
    const std::size_t before = std::min(seen_.size(), compared);
    seen_.erase(seen_.begin(), seen_.end() - static_cast<std::ptrdiff_t>(before));
    for (std::size_t i = 0; i < page.size(); ++i) seen_.push_back(page.slice(i).id);
    for (std::size_t end = seen_.size(); end != before; --end)
        if (agrees(end)) return end - before;
    return std::nullopt;
}

/// The newest first: most places fail at the first one.
bool PlaceSearch::agrees(std::size_t end) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min({end, tail_.size(), compared}));
    return std::equal(tail_.rbegin(), tail_.rbegin() + count, seen_.rbegin() + static_cast<std::ptrdiff_t>(seen_.size() - end));
}

}  // namespace oktail
