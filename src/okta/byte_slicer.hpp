#pragma once

#include <oktail/core/error.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace oktail {

/// The elements of a JSON array of objects, found by nothing but quotes and braces: for pages that a parser refuses because of
/// what is inside one event. Errors: transient (no array, cut off, something other than objects in it or behind it, or
/// more than `most` of them).
Result<std::vector<std::string_view>> slice_by_bytes(std::string_view body, std::size_t most);

}  // namespace oktail
