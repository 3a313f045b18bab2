#pragma once

#include <string_view>

namespace oktail {

/// The value of the event's own (not a nested one's) string field `name`, as it stands between its quotes; empty if there is
/// none or its value is no string. Of repeated fields the first counts. Reads no further than it must and allocates nothing.
std::string_view string_field(std::string_view event, std::string_view name) noexcept;

/// What include and exclude patterns are matched against.
inline std::string_view event_type(std::string_view event) noexcept { return string_field(event, "eventType"); }

}  // namespace oktail
