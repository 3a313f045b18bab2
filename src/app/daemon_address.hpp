#pragma once

#include <filesystem>
#include <string>

namespace oktail {

/// Which daemon a command is for.
class DaemonAddress {
public:
    /// Its control socket, also for a command that runs outside the daemon's unit.
    std::filesystem::path find_socket() const;

    std::filesystem::path config = "/etc/oktail/oktail.yaml";
    std::string socket;  ///< instead of the configuration's; empty: that one
};

}  // namespace oktail
