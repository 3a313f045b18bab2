#include "format/cef_text.hpp"

#include <algorithm>

namespace oktail {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) noexcept {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// Bytes of the control character at the beginning; 0: it is none. Unicode has more of them than ASCII, and two more line
/// breaks: some readers of lines go by those.
std::size_t control_size(std::string_view text) noexcept {
    const unsigned char first = byte_at(text, 0);
    if (first < 0x20 || first == 0x7f) return 1;
    if (first == 0xc2 && byte_at(text, 1) < 0xa0) return std::min<std::size_t>(2, text.size());  // U+0080 to U+009F
    if (text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9")) return 3;          // U+2028, U+2029
    return 0;
}

char letter_of(char c) noexcept { return c == '\n' ? 'n' : c == '\r' ? 'r' : c; }

void put_escaped(std::string& to, std::string_view text, std::string_view escaped) {
    while (!text.empty()) {
        std::size_t taken = 1;
        if (escaped.find(text.front()) != std::string_view::npos) {
            to += '\\';
            to += letter_of(text.front());
        } else if (const std::size_t control = control_size(text)) {
            to += ' ';
            taken = control;
        } else {
            to += text.front();
        }
        text.remove_prefix(taken);
    }
}

}  // namespace

void put_cef_header(std::string& to, std::string_view text) { put_escaped(to, text, "\\|"); }

void put_cef_value(std::string& to, std::string_view text) { put_escaped(to, text, "\\=\n\r"); }

std::string_view cut_text(std::string_view text, std::size_t most) noexcept {
    if (text.size() <= most) return text;
    while (most != 0 && (byte_at(text, most) & 0xc0U) == 0x80) --most;
    return text.substr(0, most);
}

}  // namespace oktail
