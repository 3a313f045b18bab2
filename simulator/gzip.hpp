#pragma once

#include <string>
#include <string_view>

namespace oktail::simulator {

/// One gzip member, about as small as level 4 of zlib makes it, at a tenth of the time.
std::string gzipped(std::string_view bytes);

}  // namespace oktail::simulator
