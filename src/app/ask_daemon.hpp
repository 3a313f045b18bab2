#pragma once

#include "app/daemon_address.hpp"
#include "http/unix_client.hpp"

#include <chrono>
#include <string>

namespace oktail {

/// One question over the control socket. Errors: transient (no daemon answers; what to do about it).
Result<UnixAnswer> ask_daemon(const DaemonAddress& daemon, const std::string& method, const std::string& path,
                              std::chrono::milliseconds patience = std::chrono::seconds(5));

}  // namespace oktail
