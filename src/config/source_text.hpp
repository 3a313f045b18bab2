#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// What makes bytes no text.
class TextFlaw {
public:
    std::size_t at = 0;  ///< byte
    std::string what;
    std::string advice;
};

/// The first thing that YAML does not allow and yaml-cpp lets pass: it mends bad UTF-8 without a word and takes a byte 4 for
/// the end of the file.
std::optional<TextFlaw> flaw_of(std::string_view text);

}  // namespace oktail
