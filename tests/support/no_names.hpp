#pragma once

#include "core/steady_clock.hpp"
#include "net/resolver.hpp"

namespace oktail {

/// For sinks that look up no name, or only addresses.
inline Resolver& no_names() {
    static SteadyClock clock;
    static Resolver resolver(clock, Resolver::look_up_by_system, 1);
    return resolver;
}

}  // namespace oktail
