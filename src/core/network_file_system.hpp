#pragma once

#include <optional>
#include <string>

namespace oktail {

/// What the file system that holds this file or directory is called, if a server stands behind it, or a program: then flushes,
/// locks and inode numbers are what those make of them. nullopt: a disk of this machine, or nothing is there. May block.
std::optional<std::string> network_file_system(const std::string& path);

}  // namespace oktail
