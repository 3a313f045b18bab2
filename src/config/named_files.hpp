#pragma once

#include <oktail/config/config.hpp>

namespace oktail {

/// Whether the secrets and certificates that tenants name can be used.
void check_named_files(const Config& config, Problems& problems);

}  // namespace oktail
