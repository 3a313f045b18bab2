#include "format/lone_surrogates.hpp"

#include <charconv>
#include <cstddef>

namespace oktail {
namespace {

constexpr std::size_t escape_size = 6;  // \uXXXX

/// The unit of UTF-16 that is written at `at`; 0 if something else is there.
unsigned unit_at(std::string_view json, std::size_t at) noexcept {
    const std::string_view escape = json.substr(at, escape_size);
    if (escape.size() != escape_size || !escape.starts_with("\\u")) return 0;
    unsigned unit = 0;
    const char* const end = escape.data() + escape_size;
    const auto read = std::from_chars(escape.data() + 2, end, unit, 16);
    return read.ec == std::errc() && read.ptr == end ? unit : 0;
}

bool is_first_half(unsigned unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }
bool is_second_half(unsigned unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

std::optional<std::string> without_lone_surrogates(std::string_view json) {
    std::string mended;
    std::size_t copied = 0;
    std::size_t at = json.find('\\');
    while (at < json.size()) {
        const unsigned unit = unit_at(json, at);
        if (is_first_half(unit) && is_second_half(unit_at(json, at + escape_size))) {
            at += 2 * escape_size;
        } else if (is_first_half(unit) || is_second_half(unit)) {
            mended.append(json, copied, at - copied).append("\\ufffd");
            copied = at += escape_size;
        } else {
            at += 2;  // a backslash that is escaped escapes nothing itself
        }
        at = json.find('\\', at);
    }
    if (copied == 0) return std::nullopt;
    return mended.append(json.substr(copied));
}

}  // namespace oktail
