#pragma once

#include "sink/file/file_io.hpp"
#include "sink/file/file_options.hpp"

#include <oktail/core/clock.hpp>
#include <oktail/state/state_store.hpp>

#include <stop_token>
#include <string>

namespace oktail {

/// For so long the original of a packed file stays, so that a reader that lags can finish it.
constexpr std::chrono::minutes grace_of_readers{10};

/// What a look at a finished file has led to.
class FinishedStep {
public:
    enum class Kind : std::uint8_t {
        wait,    ///< until `due` there is nothing to do
        packed,  ///< and the state has to know it, before anything else is done
        done,    ///< nothing is left to do, ever: its row may go
    };

    explicit FinishedStep(Kind kind, UtcTime due = {}) : kind(kind), due(due) {}

    Kind kind;
    UtcTime due{};
};

/// The next step of packing and deleting a sealed file; may be repeated after a crash, and in any state of the disk. Blocks, in
/// a job of its own; `stop` ends it early, with an error. Errors: transient.
Result<FinishedStep> step_finished_file(FileIo& io, const FileRow& row, const Rotation& rotation, UtcTime now,
                                        std::stop_token stop);

}  // namespace oktail
