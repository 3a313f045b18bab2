#include "app/new_file.hpp"

#include "core/descriptor.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace oktail {
namespace {

Error cannot(const std::filesystem::path& path, int error) {
    const std::string why = std::generic_category().message(error);
    if (error == EEXIST)
        return Error(ErrorKind::rejected, path.string() + " is there already; remove it, or choose another name");
    return Error(ErrorKind::rejected, path.string() + " cannot be written (" + why + ")");
}

/// Only root, or a member, can give a file to the group. False: it stays with ours, whoever is in that.
bool give_to(int fd, const std::string& group) {
    const struct group* found = ::getgrnam(group.c_str());
    return found && ::fchown(fd, static_cast<uid_t>(-1), found->gr_gid) == 0;
}

/// Without a buffer, which would keep a copy.
bool write_all(int fd, std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t written = ::write(fd, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool flush_folder(const std::filesystem::path& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

}  // namespace

Result<void> write_new_file(const std::filesystem::path& path, std::string_view text, mode_t mode, const std::string& group) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return cannot(path, errno);
    if ((mode & S_IRWXG) != 0 && !give_to(file.get(), group)) mode &= S_IRWXU;
    errno = 0;
    const bool written = ::fchmod(file.get(), mode) == 0 && write_all(file.get(), text) && ::fsync(file.get()) == 0 &&
                         flush_folder(path.parent_path().empty() ? "." : path.parent_path());
    if (written) return Result<void>();
    const Error why = cannot(path, errno);
    ::unlink(path.c_str());
    return why;
}

}  // namespace oktail
