#pragma once

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace oktail {

/// What one case of a parameterised test is called: its number and the beginning of its text, as far as names allow.
inline std::string case_name(std::size_t index, std::string_view text) {
    constexpr std::size_t longest = 48;
    std::string name = std::to_string(index) + '_';
    for (const char c : text) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (plain) name += c;
        else if (name.back() != '_') name += '_';
        if (name.size() == longest) break;
    }
    if (name.back() == '_') name.pop_back();
    return name;
}

}  // namespace oktail
