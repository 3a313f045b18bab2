#pragma once

#include <cstdint>

namespace oktail {

/// What a sink makes of an event: the key `format`.
enum class EventFormat : std::uint8_t { raw, envelope, cef };

}  // namespace oktail
