#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// A message as RFC 5424 §6 has it, read by the letter; it shares nothing with what writes them.
struct SyslogParts {
    int priority = 0;
    std::string timestamp;
    std::string host;
    std::string app;
    std::string process;
    std::string message_id;
    std::string data_id;
    std::vector<std::pair<std::string, std::string>> data;  ///< of the one structured data element, unescaped
    std::string message;

    std::string parameter(std::string_view name) const {
        for (const auto& [key, value] : data)
            if (key == name) return value;
        return {};
    }
};

class SyslogParser {
public:
    explicit SyslogParser(std::string_view text) : rest_(text) {}

    /// nullopt: it is none.
    std::optional<SyslogParts> parse() {
        SyslogParts parts;
        if (!priority(parts.priority) || !skip("1 ")) return std::nullopt;
        if (!word(parts.timestamp, 64) || !is_timestamp(parts.timestamp) || !word(parts.host, 255) || !word(parts.app, 48) ||
            !word(parts.process, 128) || !word(parts.message_id, 32))
            return std::nullopt;
        if (!structured_data(parts)) return std::nullopt;
        if (!rest_.empty() && !skip(" ")) return std::nullopt;
        parts.message = std::string(rest_);
        return parts;
    }

private:
    bool skip(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    bool priority(int& value) {
        if (!skip("<")) return false;
        const auto end = rest_.find('>');
        if (end == 0 || end > 3) return false;
        const std::string_view digits = rest_.substr(0, end);
        if (digits.size() > 1 && digits[0] == '0') return false;
        for (const char c : digits) {
            if (c < '0' || c > '9') return false;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(end + 1);
        return value <= 191;
    }

    /// Printable US-ASCII up to a space.
    bool word(std::string& out, std::size_t most) {
        const auto end = rest_.find(' ');
        if (end == 0 || end == std::string_view::npos || end > most) return false;
        out = std::string(rest_.substr(0, end));
        for (const char c : out)
            if (c < '!' || c > '~') return false;
        rest_.remove_prefix(end + 1);
        return true;
    }

    static bool is_timestamp(const std::string& text) {
        if (text == "-") return true;
        const auto shape = [](std::string_view of, std::string_view pattern) {
            if (of.size() != pattern.size()) return false;
            for (std::size_t i = 0; i < of.size(); ++i)
                if (pattern[i] == '0' ? of[i] < '0' || of[i] > '9' : of[i] != pattern[i]) return false;
            return true;
        };
        if (text.size() < 20 || !shape(std::string_view(text).substr(0, 19), "0000-00-00T00:00:00")) return false;
        std::string_view rest = std::string_view(text).substr(19);
        if (rest[0] == '.') {
            const auto end = rest.find_first_not_of("0123456789", 1);
            if (end == std::string_view::npos || end < 2 || end > 7) return false;
            rest.remove_prefix(end);
        }
        return text.substr(17, 2) < "60" && (rest == "Z" || shape(rest, "+00:00") || shape(rest, "-00:00"));
    }

    bool structured_data(SyslogParts& parts) {
        if (skip("-")) return true;
        if (!skip("[")) return false;
        const auto end = rest_.find_first_of(" ]");
        if (end == std::string_view::npos || !is_name(rest_.substr(0, end))) return false;
        parts.data_id = std::string(rest_.substr(0, end));
        rest_.remove_prefix(end);
        while (skip(" "))
            if (!parameter(parts)) return false;
        return skip("]");
    }

    static bool is_name(std::string_view name) {
        if (name.empty() || name.size() > 32) return false;
        for (const char c : name)
            if (c < '!' || c > '~' || c == '=' || c == ']' || c == '"') return false;
        return true;
    }

    bool parameter(SyslogParts& parts) {
        const auto equals = rest_.find('=');
        if (equals == std::string_view::npos || !is_name(rest_.substr(0, equals))) return false;
        const std::string name(rest_.substr(0, equals));
        rest_.remove_prefix(equals + 1);
        if (!skip("\"")) return false;
        std::string value;
        while (!rest_.empty() && rest_[0] != '"') {
            if (rest_[0] == ']') return false;
            if (rest_[0] == '\\') {
                rest_.remove_prefix(1);
                if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\\' && rest_[0] != ']')) return false;
            }
            if (static_cast<unsigned char>(rest_[0]) < ' ' || rest_[0] == '\x7f') return false;  // ours holds none
            value += rest_[0];
            rest_.remove_prefix(1);
        }
        parts.data.emplace_back(name, value);
        return skip("\"");
    }

    std::string_view rest_;
};

inline std::optional<SyslogParts> parse_syslog(std::string_view message) { return SyslogParser(message).parse(); }

/// What a stream of octet-counted frames holds, by the letter of RFC 6587 §3.4.1. nullopt: something in it is no frame, or the
/// last one is cut off.
inline std::optional<std::vector<std::string>> split_octet_counted(std::string_view stream) {
    std::vector<std::string> out;
    while (!stream.empty()) {
        const auto space = stream.find(' ');
        if (space == 0 || space == std::string_view::npos || space > 9 || stream[0] == '0') return std::nullopt;
        std::size_t size = 0;
        for (const char c : stream.substr(0, space)) {
            if (c < '0' || c > '9') return std::nullopt;
            size = size * 10 + static_cast<std::size_t>(c - '0');
        }
        if (stream.size() - space - 1 < size) return std::nullopt;
        out.emplace_back(stream.substr(space + 1, size));
        stream.remove_prefix(space + 1 + size);
    }
    return out;
}

}  // namespace oktail
