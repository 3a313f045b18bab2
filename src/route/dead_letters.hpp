#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>

#include "core/worker_pool.hpp"
#include "route/dead_letter_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace oktail {

/// Events that a sink will never take: `DIRECTORY/TENANT/SINK.ndjson`. Thread-safe; a route's letters are its own coroutine's.
class DeadLetters {
public:
    /// `threads`: as for a WorkerPool.
    DeadLetters(std::filesystem::path directory, const Clock& clock, unsigned threads = 1);

    /// On success the event survives power loss. Errors: transient (disk, or the file is full: replay or remove it).
    asio::awaitable<Result<void>> add(RouteId route, std::string reason, std::string event);
    /// DeadLetterFile::read().
    asio::awaitable<Result<std::string>> read(RouteId route, std::uint64_t from);
    /// DeadLetterFile::keep().
    asio::awaitable<Result<void>> keep(RouteId route, std::vector<DeadLetterFile::Part> parts);

private:
    std::filesystem::path directory_;
    const Clock& clock_;
    WorkerPool pool_;
};

/// Where they are.
std::filesystem::path dead_letters_directory(const std::filesystem::path& state_dir);
DeadLetterFile dead_letter_file(const std::filesystem::path& directory, const RouteId& route);

}  // namespace oktail
