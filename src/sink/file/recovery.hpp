#pragma once

#include "sink/file/file_io.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/sink/sink_factory.hpp>

namespace oktail {

/// Keeps every promise that an earlier run left in the state, whether its sink is still configured or not. What cannot be
/// done now is logged and waits for open(). Errors: fatal.
asio::awaitable<Result<void>> recover_files(SinkDeps deps, FileIo& io);

}  // namespace oktail
