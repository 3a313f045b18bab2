#pragma once

#include "sink/file/file_io.hpp"
#include "sink/file/file_work.hpp"
#include "sink/file/stream_path.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oktail {

/// What an append achieved: so many whole lines are safe, and why not all.
class Appended {
public:
    Appended() = default;
    explicit Appended(std::size_t bytes, std::optional<Error> error = std::nullopt) : bytes(bytes), error(std::move(error)) {}

    std::size_t bytes = 0;
    std::optional<Error> error;
};

/// The file of an at-least-once stream. A line once begun is finished before anything else goes into the file, and lines
/// behind a failed flush are written again first; only a crash leaves a torn line, which the next start ends. Blocks; one call
/// at a time.
class PlainFile {
public:
    /// `to_disk`: lines are safe when they are flushed, otherwise in the page cache.
    PlainFile(FileIo& io, std::string base, mode_t mode, bool to_disk)
        : io_(io), base_(std::move(base)), mode_(mode), to_disk_(to_disk) {}

    /// Appends to the file at `path`, which is made if need be.
    Appended append(const std::string& path, std::string_view lines);
    /// If the path leads to another file by now, and nothing is owed to this one.
    void let_go_if_moved();

private:
    Result<void> stand_at(const std::string& path);
    Result<bool> is_open_at(const std::string& path);
    Result<void> open(const std::string& path);
    Result<void> flush();
    /// These bytes come first from now on. `suspect`: a flush failed, so a new descriptor has to write them.
    void owe(std::uint64_t at, std::string_view bytes, bool suspect);
    Result<void> settle();

    FileIo& io_;
    std::string base_;
    mode_t mode_;
    bool to_disk_;
    std::shared_ptr<File> file_;
    std::string path_;
    std::uint64_t end_ = 0;
    bool entry_flushed_ = false;  ///< its name in the directory is on disk
    std::string owed_;
    std::uint64_t owed_at_ = 0;
    bool suspect_ = false;
};

}  // namespace oktail
