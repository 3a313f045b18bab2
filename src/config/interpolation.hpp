#pragma once

#include <oktail/config/key_table.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Puts variables into the scalar at `place`: ${NAME}, ${NAME:-default} (for unset and empty ones), $$ for a dollar. What comes
/// out is never parsed again, so nobody brings in YAML this way. nullopt: it is among the problems why not.
std::optional<std::string> interpolate(std::string_view text, const Environment& environment, const ConfigPlace& place,
                                       Problems& problems);

}  // namespace oktail
