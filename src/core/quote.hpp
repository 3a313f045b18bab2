#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oktail {

/// `foreign` with everything that is not printable ASCII as \xHH, so that nobody forges a line or paints a terminal.
std::string printable(std::string_view foreign);

/// Text of a peer, made safe for a log line: printable(), in double quotes, cut at `limit` bytes.
std::string quote(std::string_view foreign, std::size_t limit = 256);

/// quote() for what a server answered that knows our secrets. A word of more than 36 characters (a uuid's) is replaced by its
/// length: no language has one, but a secret or a token that is sent back to us is one, in whatever coding.
std::string quote_answer(std::string_view foreign, std::size_t limit = 256);

}  // namespace oktail
