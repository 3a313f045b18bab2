#pragma once

#include "config/section.hpp"

#include <cstdint>

namespace oktail {

/// What a sink makes of an event.
enum class EventFormat : std::uint8_t { raw, envelope };

/// The key `format`, the same for every sink that has it.
Key event_format_key();
EventFormat read_event_format(const Section& section);

}  // namespace oktail
