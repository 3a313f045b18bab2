#pragma once

#include "simulator/event_types.hpp"

#include <string_view>

namespace oktail::simulator {

/// The JSON of a layout, broken into lines for reading (line breaks and indents are no part of it), with %slots% to fill in.
/// `variant` picks among forms that real logs mix: null or absent or full objects, one address or a chain, odd numbers.
std::string_view layout_text(Layout layout, unsigned variant);

/// How many variants each layout has.
constexpr unsigned layout_variants = 2;

}  // namespace oktail::simulator
