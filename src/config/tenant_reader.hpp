#pragma once

#include "config/interpolation.hpp"

#include <oktail/config/config.hpp>

namespace oktail {

/// Reads a tenant that has its defaults and was held against its table; adds what only shows on reading: domains, addresses,
/// secrets in place.
TenantConfig read_tenant(const ConfigNode& map, const Environment& environment, Problems& problems);

}  // namespace oktail
