#include "config/source_text.hpp"

#include <boost/locale/utf.hpp>

#include <cstdio>

namespace oktail {
namespace {

std::string hex(std::uint32_t byte) {
    char out[8];
    std::snprintf(out, sizeof out, "0x%02x", byte);
    return out;
}

}  // namespace

std::optional<TextFlaw> flaw_of(std::string_view text) {
    using Utf8 = boost::locale::utf::utf_traits<char>;
    if (text.starts_with("\xef\xbb\xbf")) return TextFlaw{0, "begins with a byte order mark", "save it as UTF-8 without one"};
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const auto here = static_cast<std::size_t>(at - text.data());
        const auto point = Utf8::decode(at, end);
        if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete)
            return TextFlaw{here, "is not UTF-8", "save it as UTF-8"};
        const bool control = (point < 0x20 && point != '\t' && point != '\n' && point != '\r') || point == 0x7f;
        if (control) return TextFlaw{here, "holds the control character " + hex(point), "remove it"};
    }
    return std::nullopt;
}

}  // namespace oktail
