#pragma once

#include <string_view>

namespace oktail {

/// Whether `text` is one JSON value, whole, in UTF-8, nested at most 64 deep. Builds nothing.
bool is_json(std::string_view text);

}  // namespace oktail
