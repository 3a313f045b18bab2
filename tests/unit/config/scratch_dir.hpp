#pragma once

#include "support/temp_dir.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace oktail {

/// A folder to write configurations and secrets into.
class ScratchDir {
public:
    std::string path(const std::string& name) const { return dir_ / name; }
    /// Makes its folders too.
    std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const std::filesystem::path file = dir_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        ::chmod(file.c_str(), mode);
        return file;
    }

private:
    TempDir dir_;
};

}  // namespace oktail
