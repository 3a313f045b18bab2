#pragma once

#include "support/process.hpp"

#include <filesystem>
#include <string>

namespace oktail {

/// A real file system, "ext4" or "xfs", in a sparse image, mounted at a folder for this process and what it starts; gone with
/// the object or the process. Its power can be cut: what was not flushed is lost then, as far as the file system had not
/// written it by itself. Needs root, loop devices and mkfs. Throws without: a test that cannot cut the power must not pass.
class LoopDisk {
public:
    /// The folder is made. The image lies beside it.
    LoopDisk(std::filesystem::path at, std::string kind);
    LoopDisk(const LoopDisk&) = delete;
    LoopDisk& operator=(const LoopDisk&) = delete;
    ~LoopDisk();

    /// Nobody may use the disk but `user`, which dies with it. Then the disk is mounted again.
    void power_cut(Process& user);
    /// With no file of it open.
    void power_cut();

private:
    void make_file_system() const;
    void mount();
    void attach();
    void unmount();
    void shut_down() const;

    std::filesystem::path at_;
    std::filesystem::path image_;
    std::string kind_;
    std::string device_;
    int loop_ = -1;
};

}  // namespace oktail
