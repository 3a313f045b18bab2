#pragma once

#include "app/exit_code.hpp"

#include <filesystem>
#include <string>

namespace oktail {

class RunOptions {
public:
    std::filesystem::path config;
    std::string log_level;  ///< instead of the configuration's; empty: that one
    bool accept_new_state = false;
};

/// `oktail run`: the daemon, until a signal ends it.
ExitCode run_daemon(const RunOptions& options);

}  // namespace oktail
