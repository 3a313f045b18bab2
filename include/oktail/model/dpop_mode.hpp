#pragma once

#include <cstdint>

namespace oktail {

/// Whether a client's access tokens are bound to a key of ours (DPoP, RFC 9449).
enum class DpopMode : std::uint8_t {
    automatic,  ///< from the moment that the org demands it
    always,     ///< a token that is not bound is refused
    never,
};

}  // namespace oktail
