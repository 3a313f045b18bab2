#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// JSON can write half a character, "\ud83d", which is no Unicode text and which Boost.JSON refuses: with U+FFFD for each of
/// them. nullopt if there are none.
std::optional<std::string> without_lone_surrogates(std::string_view json);

}  // namespace oktail
