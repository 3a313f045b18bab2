#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// A claim of a fuzz target; when it does not hold, the fuzzer keeps the input.
#define FUZZ_CHECK(claim)                                            \
    do {                                                             \
        if (!(claim)) {                                              \
            std::fputs("fuzz: does not hold: " #claim "\n", stderr); \
            std::abort();                                            \
        }                                                            \
    } while (false)

namespace oktail {

inline std::string_view fuzz_text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace oktail
