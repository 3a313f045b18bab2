#pragma once

#include "app/exit_code.hpp"
#include "config/tenant_text.hpp"

#include <filesystem>
#include <string>

namespace oktail {

/// What `oktail tenant add` is asked for. What is missing is asked for on a terminal.
class TenantAddition {
public:
    std::filesystem::path config;
    NewTenant tenant;   ///< files as they are given: they are copied
    bool check = true;  ///< ends in the online check
};

/// Writes tenants.d/NAME.yaml and secrets/NAME.secret (or .pem) beside the configuration, readable by the group oktail, and
/// tries what it wrote. What the configuration does not take is not left there.
ExitCode add_tenant(const TenantAddition& asked);
ExitCode list_tenants(const std::filesystem::path& config, bool json);
/// Removes what add_tenant() wrote. The tenant's places in the log stay in the state.
ExitCode remove_tenant(const std::filesystem::path& config, const std::string& name);

}  // namespace oktail
