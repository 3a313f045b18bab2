#include <oktail/core/error.hpp>

namespace oktail {

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::transient: return "transient";
        case ErrorKind::rejected: return "rejected";
        case ErrorKind::unauthorized: return "unauthorized";
        case ErrorKind::cursor_lost: return "cursor_lost";
        case ErrorKind::fatal: return "fatal";
        case ErrorKind::stopped: return "stopped";
    }
    return "unknown";
}

}  // namespace oktail
