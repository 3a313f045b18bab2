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
        if (!found && is_place()) found = i + 1;
    }
    return found;
}

bool is_of_later(const Page& page, UtcTime time) {
    std::size_t later = 0;
    for (std::size_t i = 0; i < page.size(); ++i) later += page.slice(i).published > time ? 1 : 0;
    return later > page.size() / 2;
}

bool PlaceSearch::is_place() const {
    if (seen_.back() != last_) return false;
    const std::size_t compared = std::min({seen_.size(), done_.size(), most_compared});
    return std::all_of(seen_.rbegin(), seen_.rbegin() + static_cast<std::ptrdiff_t>(compared),
                       [this](const Uuid& id) { return done_.contains(id); });
}

}  // namespace oktail
