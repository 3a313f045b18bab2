#pragma once

#include "app/exit_code.hpp"

#include <filesystem>
#include <string>

namespace oktail {

/// What `oktail check` is asked for.
class CheckOptions {
public:
    std::filesystem::path config;
    std::string tenant;  ///< with `online`: only this one; empty: all
    bool online = false;
    bool json = false;
};

/// `oktail check`: every error that a start would find, all at once; with `online`, if there is none, what the daemon would
/// meet outside.
ExitCode check_config(const CheckOptions& options);

}  // namespace oktail
