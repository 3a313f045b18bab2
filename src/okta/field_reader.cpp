#include "okta/field_reader.hpp"

#include <algorithm>

namespace oktail {
namespace {

constexpr std::string_view separators = " \t\r\n\"(),/:;<=>?@[\\]{}";

}  // namespace

void FieldReader::skip_space() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

bool FieldReader::take(char c) noexcept {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
}

std::string_view FieldReader::token() noexcept {
    skip_space();
    const std::string_view found = rest_.substr(0, rest_.find_first_of(separators));
    rest_.remove_prefix(found.size());
    return found;
}

std::optional<std::string> FieldReader::word() {
    if (!take('"')) {
        const std::string_view bare = rest_.substr(0, rest_.find_first_of(" \t\r\n,;"));
        rest_.remove_prefix(bare.size());
        return std::string(bare);
    }
    std::string text;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
        if (rest_[i] == '"') {
            rest_.remove_prefix(i + 1);
            return text;
        }
        if (rest_[i] == '\\' && ++i == rest_.size()) break;
        text += rest_[i];
    }
    return std::nullopt;
}

std::optional<std::string_view> FieldReader::until(char c) noexcept {
    const std::size_t end = rest_.find(c);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return found;
}

void FieldReader::skip_to(std::string_view any_of) noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_of(any_of), rest_.size()));
}

}  // namespace oktail
