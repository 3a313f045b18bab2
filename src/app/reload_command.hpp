#pragma once

#include "app/daemon_address.hpp"
#include "app/exit_code.hpp"

namespace oktail {

/// `oktail reload`: lets the daemon apply its configuration as it is now, and prints what has changed, or all that is wrong.
ExitCode reload_daemon(const DaemonAddress& daemon);

}  // namespace oktail
