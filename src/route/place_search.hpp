#pragma once

#include <oktail/model/page.hpp>

#include <cstddef>
#include <optional>
#include <unordered_set>
#include <vector>

namespace oktail {

/// So many known events in a row show where a tail begins.
inline constexpr std::size_t proof_of_place = 4;

/// Looks for the first of the events that a checkpoint's tail knows, page by page, when its cursor is lost: what lies before it
/// is older than the tail and done with, and of what follows the tail itself says what is done with and what is not. Pure.
class PlaceSearch {
public:
    /// With an empty tail there is nothing to look for.
    explicit PlaceSearch(const std::vector<Uuid>& tail) : tail_(tail.begin(), tail.end()) {}

    /// How many events at the front of the next page lie before it; nullopt: it is not there yet. One that is known alone is no
    /// proof, for Okta may serve it elsewhere today: several in a row are, or one before which there was nothing else.
    std::optional<std::size_t> look_at(const Page& page);

private:
    std::unordered_set<Uuid> tail_;
    std::unordered_set<Uuid> seen_;  ///< of all pages: an event that is served twice counts where it came first
    std::size_t in_a_row_ = 0;
    bool strangers_ = false;  ///< there was one that the tail does not know
};

/// Whether the page lies behind every place that there was at `time`: most of its events happened later, and Okta serves them
/// in the order in which it got them. (Single ones may bear any time.)
bool is_of_later(const Page& page, UtcTime time);

}  // namespace oktail
