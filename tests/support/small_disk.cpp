#include "support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace oktail {
namespace {

[[noreturn]] void give_up(const std::string& what) {
    throw std::system_error(errno, std::generic_category(),
                            what + " (run the tests as root, or with sysctl kernel.unprivileged_userns_clone=1)");
}

/// Mounts from here on are this process's own. Without root it becomes root of a world of its own, where it may mount.
void enter_own_namespace() {
    if (::unshare(CLONE_NEWNS) != 0) {
        const auto user = std::to_string(::getuid());
        const auto group = std::to_string(::getgid());
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) give_up("no mount namespace");
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
        std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("mounts stay shared");
}

}  // namespace

SmallDisk::SmallDisk(std::filesystem::path at, std::size_t bytes) : at_(std::move(at)), bytes_(bytes) {
    enter_own_namespace();
    std::filesystem::create_directories(at_);
    const std::string options = "mode=0700,size=" + std::to_string(bytes_);
    if (::mount("tmpfs", at_.c_str(), "tmpfs", 0, options.c_str()) != 0) give_up("no tmpfs at " + at_.string());
}

SmallDisk::~SmallDisk() { ::umount2(at_.c_str(), MNT_DETACH); }

void SmallDisk::fill() const {
    const int fd = ::open(ballast().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) give_up("no ballast");
    const std::array<char, 4096> block{};
    while (::write(fd, block.data(), block.size()) > 0) continue;
    const int error = errno;
    ::close(fd);
    if (error != ENOSPC) throw std::system_error(error, std::generic_category(), "ballast");
}

void SmallDisk::make_room() const { std::filesystem::remove(ballast()); }

void SmallDisk::make_read_only() const {
    if (::mount(nullptr, at_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) give_up("no read-only mount");
}

}  // namespace oktail
