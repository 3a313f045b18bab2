#include "core/quote.hpp"

namespace oktail {

std::string quote(std::string_view foreign, std::size_t limit) {
    constexpr char hex[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : foreign.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            out += "\\x";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    out += foreign.size() > limit ? "\"..." : "\"";
    return out;
}

}  // namespace oktail
