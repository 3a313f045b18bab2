#pragma once

#include "config/interpolation.hpp"

#include <oktail/config/key_table.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Reads one YAML document of at most 8 MiB and 32 levels, with variables put in. An empty one is a null node. `file` is what
/// places are called by. Stricter than YAML: aliases, anchors, tags, keys twice, and keys that are no text are problems.
/// nullopt if the text is no YAML; with other problems the rest of the tree can still be looked at.
std::optional<ConfigNode> read_yaml(std::string_view text, const std::string& file, const Environment& environment,
                                    Problems& problems);

}  // namespace oktail
