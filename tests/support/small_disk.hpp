#pragma once

#include <cstddef>
#include <filesystem>

namespace oktail {

/// A file system in memory, mounted at a folder for this process and what it starts; gone with the object or the process.
/// Needs root, or a kernel that gives users namespaces, as Debian's does. Throws without: a test that cannot see a full disk
/// must not pass.
class SmallDisk {
public:
    /// The folder is made. Mode 0700.
    SmallDisk(std::filesystem::path at, std::size_t bytes);
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk();

    /// Not a byte is left.
    void fill() const;
    /// What fill() took is there again.
    void make_room() const;
    /// With no file open for writing.
    void make_read_only() const;

private:
    std::filesystem::path ballast() const { return at_ / "ballast"; }

    std::filesystem::path at_;
    std::size_t bytes_;
};

}  // namespace oktail
