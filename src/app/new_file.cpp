#include "app/new_file.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace oktail {
namespace {

struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

Error cannot(const std::filesystem::path& path, int error) {
    const std::string why = std::generic_category().message(error);
    if (error == EEXIST)
        return Error(ErrorKind::rejected, path.string() + " is there already; remove it, or choose another name");
    return Error(ErrorKind::rejected, path.string() + " cannot be written (" + why + ")");
}

/// Only root, or a member, can give a file to the group.
void give_to(int fd, const std::string& group) {
    const struct group* found = group.empty() ? nullptr : ::getgrnam(group.c_str());
    if (found && ::fchown(fd, static_cast<uid_t>(-1), found->gr_gid) != 0) errno = 0;
}

}  // namespace

Result<void> write_new_file(const std::filesystem::path& path, std::string_view text, mode_t mode, const std::string& group) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return cannot(path, errno);
    give_to(fd, group);
    const std::unique_ptr<std::FILE, Close> file(::fdopen(fd, "w"));
    const bool written = ::fchmod(fd, mode) == 0 && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                         std::fflush(file.get()) == 0 && ::fsync(fd) == 0;
    if (written) return Result<void>();
    const Error why = cannot(path, errno);
    ::unlink(path.c_str());
    return why;
}

}  // namespace oktail
