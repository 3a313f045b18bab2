#pragma once

#include <oktail/config/config.hpp>

namespace oktail {

/// What tables cannot say: rules between fields, tenants and sinks. Pure. Fields that are empty because they could not be read
/// are passed over.
void check_config(const Config& config, Problems& problems);

}  // namespace oktail
