#pragma once

#include "config/interpolation.hpp"

#include <oktail/config/config.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// What the configuration knows of a type of sink: its keys beside `type`, and who reads them. `parse` is pure and adds every
/// problem; nullptr if there were any.
class SinkType {
public:
    using Parse = std::function<std::shared_ptr<const SinkOptions>(const ConfigNode& sink, const Environment& environment,
                                                                   Problems& problems)>;

    SinkType(std::string_view name, const KeyTable& keys, Parse parse) : name(name), keys(&keys), parse(std::move(parse)) {}

    std::string_view name;
    const KeyTable* keys;
    Parse parse;
};
using SinkTypes = std::vector<SinkType>;

/// Reads and checks a whole configuration that lies in one tree: merges `defaults` into the tenants, holds everything against
/// the tables, reads the sinks by their types, and applies the rules between them. It can be used if no problem was added.
Config read_config(ConfigNode root, const Environment& environment, const SinkTypes& types, Problems& problems);

/// What load_config() found.
class LoadedConfig {
public:
    std::optional<Config> config;  ///< nullopt if there are problems
    Problems problems;
    Problems
        secrets;  ///< secret files and certificates that cannot be used: `check` fails on them, a start parks those tenants
};

/// Reads the file and those it includes, each opened once, and looks at the files that tenants name.
LoadedConfig load_config(const std::string& path, const Environment& environment, const SinkTypes& types);

/// Where the state is, of a configuration that may be wrong otherwise, or may not be read here at all. For commands that must
/// find the daemon all the same.
std::filesystem::path state_dir_of(const std::string& path, const Environment& environment);

}  // namespace oktail
