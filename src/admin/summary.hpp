#pragma once

#include "metrics/status.hpp"

#include <string>

namespace oktail {

/// One line for a person: "2 tenants, 3 routes: 2 running, 1 stalled (acme/archive: sink_unavailable)".
std::string summary(const Status& status);

}  // namespace oktail
