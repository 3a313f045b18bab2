#pragma once

namespace oktail {

/// sysexits.h, as far as oktail uses it.
enum class ExitCode : int {
    ok = 0,
    usage = 64,
    io_error = 74,      ///< the state can no longer be trusted: the disk failed
    temporary = 75,     ///< try again: another daemon has the state, or its disk is full
    configuration = 78  ///< a person must mend the configuration or the state
};

}  // namespace oktail
