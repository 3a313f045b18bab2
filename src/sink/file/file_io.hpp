#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// What stat says about a file.
class FileStatus {
public:
    std::uint64_t ino = 0;
    std::int64_t born = 0;    ///< birth time in ns; 0 if the file system has none
    std::uint64_t size = 0;   ///< bytes
    std::uint64_t links = 0;  ///< names it has; 0: deleted
    bool regular = false;
    mode_t mode = 0;
    UtcTime written{};  ///< when its bytes changed last, by the clock of its machine

    /// Inode numbers are used again, birth times are not. Devices change their number with a reboot, so it does not count.
    bool is_same_file(std::uint64_t other_ino, std::int64_t other_born) const { return ino == other_ino && born == other_born; }
};

/// An open regular file that no other writer of ours has open. One call at a time; every call may block.
/// Errors are transient and carry the errno.
class File {
public:
    virtual ~File() = default;

    /// One write: how much of it was taken.
    virtual Result<std::size_t> write_at(std::uint64_t at, std::string_view bytes) = 0;
    /// Shorter at the end of the file.
    virtual Result<std::string> read_at(std::uint64_t at, std::size_t size) = 0;
    /// Content and size to the disk. After an error, what was written since the last success may be lost although it still
    /// reads well, on this descriptor and for ever.
    virtual Result<void> flush() = 0;
    virtual Result<FileStatus> status() = 0;
    virtual Result<void> set_mode(mode_t mode) = 0;
    /// A new descriptor of the same inode, whatever its name is now.
    virtual Result<void> reopen() = 0;
};

/// What the file sink wants from the system, and nothing else. Any thread; every call may block. Errors as above.
class FileIo {
public:
    virtual ~FileIo() = default;

    /// An existing regular file, never through a symlink; an error if another writer holds it.
    virtual Result<std::shared_ptr<File>> open(const std::string& path) = 0;
    /// Fails if the name is taken.
    virtual Result<std::shared_ptr<File>> create(const std::string& path, mode_t mode) = 0;
    /// nullopt: nothing has this name.
    virtual Result<std::optional<FileStatus>> look(const std::string& path) = 0;
    /// It may exist.
    virtual Result<void> make_directory(const std::string& path) = 0;
    /// What it is called, if the directory's file system is one whose flushes and inode numbers are a server's matter.
    virtual std::optional<std::string> network_file_system(const std::string& directory) = 0;
    virtual Result<void> flush_directory(const std::string& path) = 0;
    /// Fails if `to` is taken.
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    /// It may be gone already.
    virtual Result<void> remove(const std::string& path) = 0;
    /// Every name of this inode in a directory, as paths.
    virtual Result<std::vector<std::string>> names_of(std::uint64_t ino, const std::string& directory) = 0;
};

}  // namespace oktail
