#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>

namespace oktail {

/// Of a test with chance in it: chosen anew each run and printed; OKTAIL_SEED repeats one.
inline unsigned seed() {
    const char* given = std::getenv("OKTAIL_SEED");
    const unsigned chosen = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
    std::printf("seed %u\n", chosen);
    std::fflush(stdout);
    return chosen;
}

}  // namespace oktail
