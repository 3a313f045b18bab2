#pragma once

#include "config/config_reader.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace oktail {

/// The process's environment; the one place that asks for it.
std::optional<std::string> environment(const std::string& name);

/// Where the configuration is unless told otherwise: $OKTAIL_CONFIG, /etc/oktail/oktail.yaml.
std::filesystem::path default_config_path();

/// What the configuration knows of each type of sink.
SinkTypes sink_types();

/// The configuration as this process sees it.
LoadedConfig load(const std::filesystem::path& path);

}  // namespace oktail
