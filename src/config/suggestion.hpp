#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// "did you mean X?" if one of the known words is close, otherwise "known here: X, Y, Z".
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace oktail
