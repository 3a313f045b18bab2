#pragma once

#include "config/section.hpp"
#include "format/event_format.hpp"

namespace oktail {

/// The key `format`, the same for every sink that has it.
Key event_format_key();
EventFormat read_event_format(const Section& section);

}  // namespace oktail
