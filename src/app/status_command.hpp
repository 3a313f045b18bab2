#pragma once

#include "app/daemon_address.hpp"
#include "app/exit_code.hpp"

namespace oktail {

class StatusOptions {
public:
    DaemonAddress daemon;
    bool json = false;
    bool watch = false;
};

/// `oktail status`: what the running daemon does; with `watch`, until a signal ends it.
ExitCode show_status(const StatusOptions& options);

}  // namespace oktail
