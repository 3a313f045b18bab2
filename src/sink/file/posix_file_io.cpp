#include "sink/file/posix_file_io.hpp"

#include "core/descriptor.hpp"
#include "core/network_file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>

#include <cerrno>
#include <cstdio>

namespace oktail {
namespace {

Error failed(std::string_view what, const std::string& path, int number = errno) {
    const boost::system::error_code code(number, boost::system::system_category());
    return Error(ErrorKind::transient, std::string(what) + ' ' + path + ": " + code.message(), code);
}

/// Of the open file description: it also stands between two sinks of one process, and goes with the descriptor.
bool set_lock(int fd, short type) {
    struct flock whole{};
    whole.l_type = type;
    whole.l_whence = SEEK_SET;
    return ::fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

/// `path` empty: of the descriptor.
Result<FileStatus> status_of(int fd, const char* path, int flags, const std::string& name) {
    struct statx found{};
    constexpr unsigned wanted = STATX_TYPE | STATX_INO | STATX_SIZE | STATX_NLINK | STATX_BTIME | STATX_MTIME;
    if (::statx(fd, path, flags, wanted, &found) != 0) return failed("cannot look at", name);
    FileStatus status;
    status.ino = found.stx_ino;
    status.size = found.stx_size;
    status.links = found.stx_nlink;
    status.regular = S_ISREG(found.stx_mode);
    status.mode = found.stx_mode & 07777;
    status.written = UtcTime(std::chrono::seconds(found.stx_mtime.tv_sec));
    if ((found.stx_mask & STATX_BTIME) != 0) status.born = found.stx_btime.tv_sec * 1'000'000'000 + found.stx_btime.tv_nsec;
    return status;
}

class PosixFile : public File {
public:
    PosixFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    Result<std::size_t> write_at(std::uint64_t at, std::string_view bytes) override {
        while (true) {
            const ssize_t taken = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
            if (taken >= 0) return static_cast<std::size_t>(taken);
            if (errno != EINTR) return failed("cannot write", path_);
        }
    }
    Result<std::string> read_at(std::uint64_t at, std::size_t size) override {
        std::string bytes(size, '\0');
        std::size_t got = 0;
        while (got < size) {
            const ssize_t more = ::pread(fd_.get(), bytes.data() + got, size - got, static_cast<off_t>(at + got));
            if (more < 0 && errno == EINTR) continue;
            if (more < 0) return failed("cannot read", path_);
            if (more == 0) break;
            got += static_cast<std::size_t>(more);
        }
        bytes.resize(got);
        return bytes;
    }
    Result<void> flush() override {
        if (::fdatasync(fd_.get()) != 0) return failed("cannot flush", path_);
        return {};
    }
    Result<FileStatus> status() override { return status_of(fd_.get(), "", AT_EMPTY_PATH, path_); }
    Result<void> set_mode(mode_t mode) override {
        if (::fchmod(fd_.get(), mode) != 0) return failed("cannot set the mode of", path_);
        return {};
    }
    Result<void> reopen() override {
        const std::string self = "/proc/self/fd/" + std::to_string(fd_.get());
        Descriptor again(::open(self.c_str(), O_RDWR | O_CLOEXEC));
        if (again.get() < 0) return failed("cannot open again", path_);
        set_lock(fd_.get(), F_UNLCK);
        if (!set_lock(again.get(), F_WRLCK)) return failed("another process writes", path_);
        fd_ = std::move(again);
        return {};
    }

private:
    Descriptor fd_;
    std::string path_;
};

class PosixFileIo : public FileIo {
public:
    Result<std::shared_ptr<File>> open(const std::string& path) override {
        // Non-blocking: a FIFO in the file's place must not hold the thread.
        return opened(Descriptor(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)), path);
    }
    Result<std::shared_ptr<File>> create(const std::string& path, mode_t mode) override {
        auto made = opened(Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)), path);
        if (!made) return made;
        const auto set = (*made)->set_mode(mode);  // whatever the umask
        if (!set) return set.error();
        return made;
    }
    Result<std::optional<FileStatus>> look(const std::string& path) override {
        auto status = status_of(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, path);
        if (status) return std::optional(*status);
        const int number = status.error().code().value();
        if (number == ENOENT || number == ENOTDIR) return std::optional<FileStatus>();
        return status.error();
    }
    Result<void> make_directory(const std::string& path) override {
        if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) return failed("cannot make the directory", path);
        return {};
    }
    std::optional<std::string> network_file_system(const std::string& directory) override {
        return oktail::network_file_system(directory);
    }
    Result<void> flush_directory(const std::string& path) override {
        const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (directory.get() < 0 || ::fsync(directory.get()) != 0) return failed("cannot flush the directory", path);
        return {};
    }
    Result<void> rename(const std::string& from, const std::string& to) override {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
        if (errno != EINVAL) return failed("cannot give the name", to);
        // A file system that cannot keep from replacing: a second name fails if it is taken.
        if (::link(from.c_str(), to.c_str()) != 0) return failed("cannot give the name", to);
        return remove(from);
    }
    Result<void> remove(const std::string& path) override {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("cannot delete", path);
        return {};
    }
    Result<std::vector<std::string>> names_of(std::uint64_t ino, const std::string& directory) override {
        const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), ::closedir);
        if (!entries) {
            if (errno == ENOENT) return std::vector<std::string>();
            return failed("cannot read the directory", directory);
        }
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* entry = ::readdir(entries.get()))
            if (entry->d_ino == ino) names.push_back(directory + '/' + entry->d_name);
        if (errno != 0) return failed("cannot read the directory", directory);
        return names;
    }

private:
    static Result<std::shared_ptr<File>> opened(Descriptor fd, const std::string& path) {
        if (fd.get() < 0) return failed("cannot open", path);
        const auto status = status_of(fd.get(), "", AT_EMPTY_PATH, path);
        if (!status) return status.error();
        if (!status->regular) return failed("not a regular file:", path, EINVAL);
        if (!set_lock(fd.get(), F_WRLCK)) return failed("another process writes", path);
        return std::shared_ptr<File>(std::make_shared<PosixFile>(std::move(fd), path));
    }
};

}  // namespace

FileIo& posix_file_io() {
    static PosixFileIo system;
    return system;
}

}  // namespace oktail
