#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oktail {

/// Text of a peer, made safe for a log line: in double quotes, cut at `limit` bytes, everything that is not printable ASCII
/// escaped, so that nobody forges a line or paints a terminal.
std::string quote(std::string_view foreign, std::size_t limit = 256);

}  // namespace oktail
