#include "unit/format/cef_reader.hpp"

namespace oktail {
namespace {

constexpr std::size_t header_parts = 7;

/// The next `stop` that no backslash escapes.
std::size_t bare(std::string_view text, char stop, std::size_t from) {
    for (std::size_t at = from; at < text.size(); ++at) {
        if (text[at] == '\\') ++at;
        else if (text[at] == stop) return at;
    }
    return std::string_view::npos;
}

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        else {
            plain += text[at];
            continue;
        }
        plain += text[at] == 'n' ? '\n' : text[at] == 'r' ? '\r' : text[at];
    }
    return plain;
}

}  // namespace

ReadCef read_cef(std::string_view line) {
    ReadCef read;
    while (read.header.size() < header_parts) {
        const std::size_t bar = bare(line, '|', 0);
        if (bar == std::string_view::npos) return read;
        read.header.push_back(unescaped(line.substr(0, bar)));
        line.remove_prefix(bar + 1);
        read.header_size += bar + 1;
    }
    // A value goes on until the space before the next key, which is what stands before the next '='.
    std::size_t equals = bare(line, '=', 0);
    std::size_t key = 0;
    while (equals != std::string_view::npos) {
        const std::size_t next = bare(line, '=', equals + 1);
        const std::size_t end = next == std::string_view::npos ? line.size() : line.rfind(' ', next);
        const std::string name(line.substr(key, equals - key));
        read.order.push_back(name);
        read.fields[name] = unescaped(line.substr(equals + 1, end - equals - 1));
        key = end + 1;
        equals = next;
    }
    return read;
}

bool is_one_line(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c < 0x20 || c == 0x7f) return false;
        if (c == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0) return false;
    }
    return text.find("\u2028") == std::string_view::npos && text.find("\u2029") == std::string_view::npos;
}

}  // namespace oktail
