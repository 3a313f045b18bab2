#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// A route's `events:` patterns, in the shell's notation (`user.session.*`), on an event's eventType. Costs Okta no request.
class EventFilter {
public:
    EventFilter() = default;
    EventFilter(std::vector<std::string> include, std::vector<std::string> exclude)
        : include_(std::move(include)), exclude_(std::move(exclude)) {}

    bool passes_all() const noexcept { return include_.empty() && exclude_.empty(); }
    /// An event without an eventType passes unless `include` names types.
    bool passes(std::string_view event_type) const;

private:
    std::vector<std::string> include_;
    std::vector<std::string> exclude_;
};

}  // namespace oktail
