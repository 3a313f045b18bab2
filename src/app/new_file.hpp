#pragma once

#include <oktail/core/error.hpp>

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace oktail {

/// Writes a file that is not there yet, onto the disk. Nobody but its owner, and the group if `mode` lets it and `group` exists
/// and may be given by us, can read it at any moment. Errors (rejected): it is there, or cannot be written; then there is none.
Result<void> write_new_file(const std::filesystem::path& path, std::string_view text, mode_t mode = 0600,
                            const std::string& group = {});

}  // namespace oktail
