#pragma once

#include <oktail/config/config.hpp>

#include "config/interpolation.hpp"

#include <filesystem>

namespace oktail {

/// Where a daemon of this configuration takes orders: oktail.sock in $RUNTIME_DIRECTORY, which a service manager makes, else
/// in the state directory.
inline std::filesystem::path control_socket(const Config& config, const Environment& environment) {
    const auto given = environment("RUNTIME_DIRECTORY").value_or("");
    const std::filesystem::path first = given.substr(0, given.find(':'));
    return (first.empty() ? config.state_dir : first) / "oktail.sock";
}

}  // namespace oktail
