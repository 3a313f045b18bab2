#include "core/quote.hpp"

#include <algorithm>

namespace oktail {

namespace {

void append_printable(std::string& out, char c) {
    constexpr char hex[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
        out += c;
        return;
    }
    out += "\\x";
    out += hex[byte >> 4];
    out += hex[byte & 15];
}

}  // namespace

std::string printable(std::string_view foreign) {
    std::string out;
    for (const char c : foreign) append_printable(out, c);
    return out;
}

std::string quote(std::string_view foreign, std::size_t limit) {
    std::string out = "\"";
    for (const char c : foreign.substr(0, limit)) {
        if (c == '"' || c == '\\') out += '\\';
        append_printable(out, c);
    }
    out += foreign.size() > limit ? "\"..." : "\"";
    return out;
}

std::string quote_answer(std::string_view foreign, std::size_t limit) {
    constexpr std::size_t longest_word = 36;
    constexpr std::string_view between = " \t\r\n\"'`.,:;?!&|<>()[]{}";
    std::string kept;
    while (!foreign.empty() && kept.size() <= limit) {
        const std::size_t end = std::min(foreign.find_first_of(between), foreign.size());
        if (end > longest_word) kept.append("(").append(std::to_string(end)).append(" characters)");
        else kept.append(foreign.substr(0, end));
        if (end < foreign.size()) kept += foreign[end];
        foreign.remove_prefix(std::min(end + 1, foreign.size()));
    }
    return quote(kept, limit);
}

}  // namespace oktail
