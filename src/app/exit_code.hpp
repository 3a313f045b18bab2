#pragma once

#include <oktail/core/error.hpp>

namespace oktail {

/// sysexits.h, as far as oktail uses it.
enum class ExitCode : int {
    ok = 0,
    usage = 64,
    unavailable = 69,  ///< no daemon runs, or it is not alive; Okta or a sink cannot be reached
    cannot_create = 73,
    io_error = 74,      ///< the state can no longer be trusted: the disk failed
    temporary = 75,     ///< try again: another daemon has the state, or its disk is full
    permission = 77,    ///< Okta refuses a credential
    configuration = 78  ///< a person must mend the configuration or the state
};

/// How a command ends that cannot go on because of an error of the state.
constexpr ExitCode exit_code_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::transient: return ExitCode::temporary;
        case ErrorKind::rejected: return ExitCode::configuration;
        default: return ExitCode::io_error;
    }
}

}  // namespace oktail
