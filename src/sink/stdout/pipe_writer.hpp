#pragma once

#include <oktail/core/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Whole lines into a descriptor that others share and that nobody made non-blocking. A line once begun is finished before
/// anything else, also for the next reader. Best effort: what is written has reached the pipe, not its reader.
class PipeWriter {
public:
    /// What a write achieved: so many whole lines were taken, and why not all.
    class Taken {
    public:
        std::size_t lines = 0;
        std::optional<Error> error;
    };

    /// `fd` stays the caller's.
    explicit PipeWriter(int fd);
    PipeWriter(const PipeWriter&) = delete;
    PipeWriter& operator=(const PipeWriter&) = delete;
    ~PipeWriter();

    /// Blocks as long as the reader does; one call at a time. Errors: transient (nobody reads, or stopped).
    Taken write(std::string_view lines);
    /// Ends a write that waits for its reader, and all later ones. Any thread.
    void stop();

private:
    std::optional<Error> write_all(std::string_view bytes, std::size_t& done);
    std::optional<Error> wait_for_room();

    int fd_;
    int stopped_;          ///< an eventfd
    std::size_t piece_;    ///< so much never blocks once there is room
    std::string unended_;  ///< what a line that was begun still lacks
};

}  // namespace oktail
