#pragma once

#include "metrics/status.hpp"

#include <optional>
#include <string>

namespace oktail {

/// Why the daemon does no work at all; nullopt: it is ready. One good route is enough, for the others' truth is in the status.
std::optional<std::string> unready(const Status& status, bool started);

}  // namespace oktail
