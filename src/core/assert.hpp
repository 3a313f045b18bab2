#pragma once

namespace oktail {
/// Logs, flushes the log and aborts: what a service manager restarts. The state is safe by construction.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}  // namespace oktail

/// For states that cannot be, in release builds too; never for what network, disk or peers do.
#define OKTAIL_ASSERT(condition) \
    (static_cast<bool>(condition) ? void(0) : ::oktail::assertion_failed(#condition, __FILE__, __LINE__))
