#pragma once

#include "core/worker_pool.hpp"
#include "sink/file/file_io.hpp"
#include "sink/file/file_options.hpp"

#include <oktail/core/clock.hpp>
#include <oktail/state/state_store.hpp>

#include <sys/types.h>

#include <string>

namespace oktail {

/// What all streams of a sink work with; outlives them.
class FileEnv {
public:
    FileEnv(std::string sink, Clock& clock, StateStore& state, FileIo& io, WorkerPool& pool, Fsync fsync, mode_t mode,
            Rotation rotate = {})
        : sink(std::move(sink)), clock(clock), state(state), io(io), pool(pool), fsync(fsync), mode(mode), rotate(rotate) {}

    std::string sink;  ///< its name, for the log
    Clock& clock;
    StateStore& state;
    FileIo& io;
    WorkerPool& pool;
    Fsync fsync;
    mode_t mode;
    Rotation rotate;
};

}  // namespace oktail
