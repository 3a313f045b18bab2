#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace oktail {

/// What a file holds, in one read; empty if there is none.
inline std::string whole_file(const std::filesystem::path& path) {
    std::error_code none;
    const auto size = std::filesystem::file_size(path, none);
    std::string text(none ? 0 : size, '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

}  // namespace oktail
