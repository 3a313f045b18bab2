#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// The event without the largest entries of its debugContext.debugData, largest first, until it has at most `most` bytes. All
/// other bytes stay as they are, so valid JSON stays valid JSON. nullopt: even without all of them it is larger, or it has
/// none.
std::optional<std::string> compact_event(std::string_view event, std::size_t most);

}  // namespace oktail
