#pragma once

#include "sink/file/file_io.hpp"
#include "sink/file/file_name.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

// What jobs in a worker pool do with files: all of it blocks.

/// How far a write came, and what stopped it.
class Written {
public:
    Written() = default;
    explicit Written(std::size_t bytes, std::optional<Error> error = std::nullopt) : bytes(bytes), error(std::move(error)) {}

    std::size_t bytes = 0;
    std::optional<Error> error;
};

/// The one full-write loop.
Written write_all(File& file, std::uint64_t at, std::string_view bytes);
/// No room now: what was written before it is fine, and it goes on at that byte.
bool is_full(const Error& error);
/// No file of that name, or one that exists already.
bool is_taken(const Error& error);

/// What is behind the names of packed files.
constexpr std::array<std::string_view, 2> packed_suffixes{".zst", ".gz"};

std::string directory_of(const std::string& path);
/// Makes what is missing of the part of a path that no placeholder is in, each directory with its entry on disk.
Result<void> make_base(FileIo& io, const std::string& base);
/// Errors: rejected (files below it cannot be exactly once: a flush or an inode number may not mean what it says).
Result<void> check_trust(FileIo& io, const std::string& base);
/// Every directory of `path` below `base`, each with its entry on disk.
Result<void> make_directories(FileIo& io, const std::string& base, const std::string& path);

/// A file to write lines into.
class NewFile {
public:
    std::shared_ptr<File> file;
    std::string path;
    FileStatus status;
    GivenName name;
    std::string tail;  ///< the last 64 bytes that it held before
};

/// The stream's next file. It is empty, unless the path has no time: then there is only one, and what it holds stays.
Result<NewFile> make_next_file(FileIo& io, const StreamPath& stream, const std::optional<GivenName>& last, UtcTime now,
                               mode_t mode);
/// A file of just this name, new or empty.
Result<NewFile> make_file(FileIo& io, const StreamPath& stream, const std::string& path, GivenName name, mode_t mode);
/// The last 64 bytes before `end`; fewer if there are no more.
Result<std::string> read_tail(File& file, std::uint64_t end);
/// Whether what ends like that lacks its line break.
bool lacks_line_break(std::string_view tail);

}  // namespace oktail
