#pragma once

#include "config/interpolation.hpp"

#include <oktail/config/key_table.hpp>

#include <optional>
#include <string>

namespace oktail {

/// A configuration in one tree, whatever files it came from.
class ConfigTree {
public:
    ConfigNode root;
    bool is_whole = false;  ///< otherwise a file is missing or no YAML, so what should be there may be not
};

/// The file at `path` alone. nullopt if it cannot be read, or is no YAML.
std::optional<ConfigNode> read_file_alone(const std::string& path, const Environment& environment, Problems& problems);
/// The file at `path`, with the tenants and sinks of the files it includes behind its own.
ConfigTree read_files(const std::string& path, const Environment& environment, Problems& problems);

}  // namespace oktail
