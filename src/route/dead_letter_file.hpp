#pragma once

#include <oktail/core/error.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// The file of one route's dead letters, a line each, mode 0600. Every call blocks; errors: transient.
class DeadLetterFile {
public:
    static constexpr std::uint64_t most_bytes = 256U * 1024 * 1024;

    /// Bytes of a file, from `begin` to before `end`.
    class Part {
    public:
        Part(std::uint64_t begin, std::uint64_t end) : begin(begin), end(end) {}
        std::uint64_t begin;
        std::uint64_t end;
    };

    explicit DeadLetterFile(std::filesystem::path path) : path_(std::move(path)) {}

    /// On success the line survives power loss. Refused when the file is full. What a power cut left of an earlier line
    /// becomes a line of its own.
    Result<void> append(std::string_view line) const;
    /// Whole lines from `from` on, some 4 MiB of them; behind the last line feed, what there is. Empty: nothing is left, or
    /// there is no file.
    Result<std::string> read(std::uint64_t from) const;
    /// Leaves these parts, as far as the file has them, and takes the file away if there are none. Power loss leaves the old
    /// file or the new one.
    Result<void> keep(const std::vector<Part>& parts) const;

private:
    std::filesystem::path path_;
};

}  // namespace oktail
