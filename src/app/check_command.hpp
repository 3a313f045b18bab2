#pragma once

#include "app/exit_code.hpp"

#include <filesystem>

namespace oktail {

/// `oktail check`: every error that a start would find, all at once.
ExitCode check_config(const std::filesystem::path& path, bool json);

}  // namespace oktail
