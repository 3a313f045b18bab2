#pragma once

#include <cstdint>

namespace oktail {

/// How often an event may lie at the destination: the key `delivery`, of sinks that have both.
enum class Delivery : std::uint8_t { exactly_once, at_least_once };

}  // namespace oktail
