#pragma once

#include <oktail/core/error.hpp>

#include <filesystem>
#include <utility>

namespace oktail {

/// The state directory is ours alone while this lives, also after a kill of whoever had it before: the kernel lets go.
class StateLock {
public:
    /// Makes the directory (0700, durably) if it is missing.
    /// Errors: transient (another process has it; exit 75), rejected (no such place, or open to others: a person must mend it).
    static Result<StateLock> acquire(const std::filesystem::path& directory);

    StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    StateLock& operator=(StateLock&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~StateLock();

private:
    explicit StateLock(int fd) : fd_(fd) {}

    int fd_;
};

}  // namespace oktail
