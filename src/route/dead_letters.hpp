#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>

#include "core/worker_pool.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace oktail {

/// Events that a sink will never take: `DIRECTORY/TENANT/SINK.ndjson`, mode 0600, a line each, flushed. Thread-safe.
class DeadLetters {
public:
    static constexpr std::uint64_t most_bytes = 256U * 1024 * 1024;  ///< of one route

    DeadLetters(std::filesystem::path directory, const Clock& clock);

    /// On success the event survives power loss. Errors: transient (disk, or the file is full: replay or remove it).
    asio::awaitable<Result<void>> add(RouteId route, std::string reason, std::string event);

private:
    std::filesystem::path directory_;
    const Clock& clock_;
    WorkerPool pool_{"dead-letters", 1};
};

/// One line: when, why, and the event itself, as text so that what is no JSON fits too.
std::string dead_letter_line(UtcTime when, std::string_view reason, std::string_view event);

}  // namespace oktail
