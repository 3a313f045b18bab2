#pragma once

#include <cstddef>
#include <string_view>

// The two things one must know to walk through JSON without parsing it.
namespace oktail::json_scan {

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr std::size_t skip_space(std::string_view json, std::size_t at) noexcept {
    while (at < json.size() && is_space(json[at])) ++at;
    return at;
}

/// Where the string that opens at `open` closes: the index of its quote, or npos.
constexpr std::size_t closing_quote(std::string_view json, std::size_t open) noexcept {
    for (std::size_t at = json.find('"', open + 1); at != std::string_view::npos; at = json.find('"', at + 1)) {
        std::size_t before = at;
        while (json[before - 1] == '\\') --before;  // ends at the opening quote at the latest
        if ((at - before) % 2 == 0) return at;
    }
    return std::string_view::npos;
}

}  // namespace oktail::json_scan
