#include "route/event_filter.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace oktail {
namespace {

bool any_matches(const std::vector<std::string>& patterns, const std::string& text) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE) == 0; });
}

}  // namespace

bool EventFilter::passes(std::string_view event_type) const {
    const std::string type(event_type);
    if (!include_.empty() && !any_matches(include_, type)) return false;
    return !any_matches(exclude_, type);
}

}  // namespace oktail
