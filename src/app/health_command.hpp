#pragma once

#include "app/daemon_address.hpp"
#include "app/exit_code.hpp"

namespace oktail {

/// `oktail health`: whether the daemon is alive.
ExitCode check_health(const DaemonAddress& daemon);

}  // namespace oktail
