#include "state/state_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace oktail {
namespace {

namespace fs = std::filesystem;

Error refused(const fs::path& path, const std::string& what, int error = 0) {
    const boost::system::error_code code(error, boost::system::system_category());
    return Error(ErrorKind::rejected, "state directory " + path.string() + ": " + what, code);
}

/// A directory whose entry was not flushed may be gone after a power cut, with all that is in it.
bool flush_directory(const fs::path& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool flushed = ::fsync(fd) == 0;
    ::close(fd);
    return flushed;
}

Result<void> make_directory(const fs::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) return {};
    const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (parent != path)
        if (auto made = make_directory(parent); !made) return made;
    if ((::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) || !flush_directory(parent)) {
        const int error = errno;
        return refused(path,
                       "cannot be made (" + boost::system::system_category().message(error) +
                           "); make it, mode 0700, owned by the user that runs oktail",
                       error);
    }
    return {};
}

Result<void> check_directory(const fs::path& directory) {
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0)
        return refused(directory, boost::system::system_category().message(errno), errno);
    if (!S_ISDIR(status.st_mode)) return refused(directory, "is no directory");
    if ((status.st_mode & 0077) != 0)
        return refused(directory, "is open to other users, and will hold events; chmod 0700 " + directory.string());
    return {};
}

/// The holder's process id as it wrote it, or an empty text.
std::string holder(int fd) {
    std::array<char, 16> text{};
    const auto size = ::pread(fd, text.data(), text.size(), 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(std::find_if(pid.begin(), pid.end(), [](char c) { return c < '0' || c > '9'; }), pid.end());
    return pid;
}

}  // namespace

Result<StateLock> StateLock::acquire(const fs::path& directory) {
    if (auto made = make_directory(fs::absolute(directory).lexically_normal()); !made) return made.error();
    if (auto checked = check_directory(directory); !checked) return checked.error();

    const fs::path path = directory / "lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        const int error = errno;
        return refused(directory,
                       "its lock file cannot be opened (" + boost::system::system_category().message(error) +
                           "); the user that runs oktail must be able to write there",
                       error);
    }
    StateLock lock(fd);

    // A lock of the open file, not of the process: a second one in this process is refused too.
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    if (::fcntl(fd, F_OFD_SETLK, &whole) != 0) {
        const int error = errno;
        if (error != EAGAIN && error != EACCES)
            return refused(directory, "cannot be locked: " + boost::system::system_category().message(error), error);
        const std::string pid = holder(fd);
        return Error(ErrorKind::transient, "state directory " + directory.string() + " is in use by another oktail" +
                                               (pid.empty() ? "" : " (process " + pid + ")") + "; stop that one first");
    }

    // For the message above only, so a failure is none of ours.
    const std::string pid = std::to_string(::getpid()) + '\n';
    if (::ftruncate(fd, 0) == 0) static_cast<void>(::pwrite(fd, pid.data(), pid.size(), 0) == 0);
    return lock;
}

StateLock::~StateLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace oktail
