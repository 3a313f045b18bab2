#include "app/no_core_dumps.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace oktail {

void forbid_core_dumps() {
    // Both: a limit of 0 does not bind a core_pattern that is a pipe, such as systemd-coredump's.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace oktail
