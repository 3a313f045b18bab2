#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// How CEF writes text, so that a line is a line and a reader finds where each part ends. All of it takes and gives UTF-8.
namespace oktail {

/// A part of the header: `\` and `|` get a backslash. Control characters and line breaks of any kind become spaces.
void put_cef_header(std::string& to, std::string_view text);
/// A value of the extension: `\` and `=` get a backslash, LF is \n, CR is \r. Other control characters become spaces.
void put_cef_value(std::string& to, std::string_view text);
/// The text in at most `most` bytes, all characters whole.
std::string_view cut_text(std::string_view text, std::size_t most) noexcept;

}  // namespace oktail
