#include "route/place_search.hpp"

#include <algorithm>

namespace oktail {
std::optional<std::size_t> PlaceSearch::look_at(const Page& page) {
    std::size_t first = 0;  // if the row began on the page before
    for (std::size_t i = 0; i < page.size(); ++i) {
        const Uuid& id = page.slice(i).id;
        if (!seen_.insert(id).second) continue;
        if (!tail_.contains(id)) {
            in_a_row_ = 0;
            strangers_ = true;
            continue;
        }
        if (in_a_row_++ == 0) first = i;
        if (!strangers_ || in_a_row_ == std::min(proof_of_place, tail_.size())) return first;
    }
    return std::nullopt;
}

bool is_of_later(const Page& page, UtcTime time) {
    std::size_t later = 0;
    for (std::size_t i = 0; i < page.size(); ++i) later += page.slice(i).published > time ? 1 : 0;
    return later > page.size() / 2;
}

}  // namespace oktail
