#include "format/json_members.hpp"

#include "model/json_scan.hpp"

namespace oktail {

using json_scan::closing_quote;
using json_scan::skip_space;

namespace {

constexpr std::size_t nowhere = std::string_view::npos;

std::size_t string_end(std::string_view json, std::size_t open) noexcept {
    const std::size_t quote = closing_quote(json, open);
    return quote == nowhere ? nowhere : quote + 1;
}

/// Behind the bracket that closes the one at `open`. Which kind closes which is not looked at.
std::size_t nest_end(std::string_view json, std::size_t open) noexcept {
    std::size_t depth = 0;
    for (std::size_t at = open; at != nowhere; at = json.find_first_of("\"{}[]", at)) {
        if (json[at] == '"') {
            at = string_end(json, at);
            if (at == nowhere) return nowhere;
            continue;
        }
        const bool opens = json[at] == '{' || json[at] == '[';
        depth = opens ? depth + 1 : depth - 1;
        ++at;
        if (depth == 0) return at;
    }
    return nowhere;
}

std::size_t value_end(std::string_view json, std::size_t at) noexcept {
    if (at >= json.size()) return nowhere;
    if (json[at] == '"') return string_end(json, at);
    if (json[at] == '{' || json[at] == '[') return nest_end(json, at);
    const std::size_t end = json.find_first_of(",}] \t\r\n", at);
    return end == at ? nowhere : end;
}

}  // namespace

bool JsonMembers::take(char c) noexcept {
    at_ = skip_space(json_, at_);
    if (at_ >= json_.size() || json_[at_] != c) return false;
    ++at_;
    return true;
}

std::optional<JsonMember> JsonMembers::next() noexcept {
    if (!begun_ && !take('{')) return std::nullopt;
    closed_ = take('}');
    if (closed_ || (begun_ && !take(','))) return std::nullopt;
    begun_ = true;
    if (!take('"')) return std::nullopt;
    JsonMember found{.begin = at_ - 1};
    at_ = string_end(json_, found.begin);
    if (!take(':')) return std::nullopt;
    found.value = skip_space(json_, at_);
    found.end = at_ = value_end(json_, found.value);
    return at_ == nowhere ? std::nullopt : std::optional(found);
}

std::optional<JsonMember> JsonMembers::find(std::string_view name) noexcept {
    while (const auto member = next()) {
        const std::string_view from_name = json_.substr(member->begin + 1);
        if (from_name.starts_with(name) && from_name[name.size()] == '"') return member;
    }
    return std::nullopt;
}

}  // namespace oktail
