#include "support/loop_disk.hpp"

#include "support/whole_file.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace oktail {
namespace {

constexpr off_t image_size = 1024 * 1024 * 1024;  // xfs takes 300 MiB at least

[[noreturn]] void give_up(const std::string& what) {
    throw std::system_error(errno, std::generic_category(),
                            what + " (a power cut needs root, /dev/loop-control and the file systems ext4 and xfs)");
}

class Descriptor {
public:
    Descriptor(const std::filesystem::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
        if (fd_ < 0) give_up("cannot open " + path.string());
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(fd_); }
    int get() const { return fd_; }

private:
    int fd_;
};

/// Once in a process: another one would keep a mount of the first alive, and a file system that is mounted anywhere does not
/// go down.
void enter_own_namespace() {
    static const bool entered = [] {
        if (::unshare(CLONE_NEWNS) != 0) give_up("no mount namespace");
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("mounts stay shared");
        return true;
    }();
    static_cast<void>(entered);
}

std::vector<std::string> mkfs(const std::string& kind, const std::string& image) {
    if (kind == "xfs") return {"/sbin/mkfs.xfs", "-q", "-f", "-K", image};
    // Few inodes, and all of them made at once: no thread of the kernel goes on with them meanwhile.
    return {"/sbin/mkfs.ext4", "-q", "-F", "-N", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", image};
}

}  // namespace

LoopDisk::LoopDisk(std::filesystem::path at, std::string kind)
    : at_(std::move(at)), image_(at_.string() + ".image"), kind_(std::move(kind)) {
    enter_own_namespace();
    std::filesystem::create_directories(at_);
    make_file_system();
    mount();
}

LoopDisk::~LoopDisk() {
    ::umount2(at_.c_str(), MNT_DETACH);
    if (loop_ >= 0) ::close(loop_);
}

void LoopDisk::power_cut(Process& user) {
    // Frozen first: an fdatasync that is under way when the disk goes may report success for what it never wrote.
    if (!user.freeze()) throw std::runtime_error("it ended before the power was cut");
    shut_down();
    user.kill();
    unmount();
    mount();
}

void LoopDisk::power_cut() {
    shut_down();
    unmount();
    mount();
}

void LoopDisk::make_file_system() const {
    const Descriptor image(image_, O_RDWR | O_CREAT | O_EXCL);
    if (::ftruncate(image.get(), image_size) != 0) give_up("no image");
    const std::filesystem::path said = at_.string() + ".mkfs";
    const auto ending = Process(mkfs(kind_, image_.string()), {{}, said}).wait(std::chrono::seconds(60));
    if (ending == Ending{0, std::nullopt}) return;
    throw std::runtime_error("mkfs." + kind_ + ": " + whole_file(said));
}

void LoopDisk::mount() {
    attach();
    if (::mount(device_.c_str(), at_.c_str(), kind_.c_str(), 0, nullptr) != 0) give_up("no " + kind_ + " at " + at_.string());
}

/// The device goes with its last user: the mount, or our descriptor.
void LoopDisk::attach() {
    const Descriptor image(image_, O_RDWR);
    const Descriptor control("/dev/loop-control", O_RDWR);
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(image.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    for (;;) {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0) give_up("no free loop device");
        device_ = "/dev/loop" + std::to_string(number);
        loop_ = ::open(device_.c_str(), O_RDWR | O_CLOEXEC);
        if (loop_ < 0) give_up("cannot open " + device_);
        if (::ioctl(loop_, LOOP_CONFIGURE, &config) == 0) return;
        const int error = errno;
        ::close(loop_);
        loop_ = -1;
        errno = error;
        if (error != EBUSY) give_up("cannot set up " + device_);  // busy: somebody else was faster
    }
}

/// The device goes too: its page cache may hold what the file system never wrote.
void LoopDisk::unmount() {
    if (::umount2(at_.c_str(), 0) != 0) give_up("cannot unmount " + at_.string());
    const Descriptor nowhere_else_mounted(device_, O_RDONLY | O_EXCL);
    ::close(loop_);
    loop_ = -1;
}

void LoopDisk::shut_down() const {
    constexpr unsigned long go_down = _IOR('X', 125, std::uint32_t);  // EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN
    std::uint32_t without_flushing_the_journal = 2;
    const Descriptor root(at_, O_RDONLY | O_DIRECTORY);
    if (::ioctl(root.get(), go_down, &without_flushing_the_journal) != 0) give_up("the disk stays up");
}

}  // namespace oktail
