#pragma once

#include <filesystem>
#include <string>

namespace oktail {

/// What this oktail is called where several write: as configured, or else what the file says (machine-id(5)). Empty: neither.
std::string instance_name(const std::string& configured, const std::filesystem::path& machine_id = "/etc/machine-id");

}  // namespace oktail
