#pragma once

#include <oktail/core/error.hpp>

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace oktail {

/// Writes a file that is not there yet, onto the disk. Nobody but its owner, and `group` if `mode` lets it, can read it at any
/// moment; what we cannot give to that group stays the owner's alone. Errors (rejected): it is there, or cannot be written;
/// then there is none.
Result<void> write_new_file(const std::filesystem::path& path, std::string_view text, mode_t mode = 0600,
                            const std::string& group = {});

}  // namespace oktail
