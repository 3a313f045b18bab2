#pragma once

#include <oktail/model/page.hpp>

#include <cstddef>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace oktail {

/// Looks for the place behind the last event that is done with, page by page, when its cursor is lost. Pure.
class PlaceSearch {
public:
    /// `tail`: of a checkpoint; with an empty one there is nothing to look for.
    explicit PlaceSearch(const std::vector<Uuid>& tail)
        : last_(tail.empty() ? Uuid() : tail.back()), done_(tail.begin(), tail.end()) {}

    /// How many events at the front of the next page are done with; nullopt: the place is not on it. The last event alone is no
    /// proof, for Okta may serve one twice: those before it must be done with as well. And of several places the first: one
    /// that is too early costs nothing, since the tail knows what follows.
    std::optional<std::size_t> look_at(const Page& page);

private:
    bool is_place() const;

    Uuid last_;
    std::unordered_set<Uuid> done_;
    std::unordered_set<Uuid> known_;  ///< of all pages; like the tail, the search sees an event where it came first
    std::vector<Uuid> seen_;          ///< of this page, behind the last ones of those before
};

/// Whether the page lies behind every place that there was at `time`, by Okta's clock: most of its events happened later, and
/// Okta serves them in the order in which it got them. (Single ones may bear any time.)
bool is_of_later(const Page& page, UtcTime time);

}  // namespace oktail
