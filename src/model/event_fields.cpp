#include "model/event_fields.hpp"

#include "model/json_scan.hpp"

namespace oktail {

using json_scan::closing_quote;
using json_scan::skip_space;

std::string_view string_field(std::string_view event, std::string_view name) noexcept {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < event.size(); ++at) {
        const char c = event[at];
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        if (c != '"') continue;

        const std::size_t open = at;
        at = closing_quote(event, open);
        if (at == std::string_view::npos) return {};
        if (depth != 1 || event.substr(open + 1, at - open - 1) != name) continue;

        const std::size_t colon = skip_space(event, at + 1);
        if (colon == event.size() || event[colon] != ':') continue;  // a value that reads like the name
        const std::size_t value = skip_space(event, colon + 1);
        if (value == event.size() || event[value] != '"') return {};
        const std::size_t end = closing_quote(event, value);
        return end == std::string_view::npos ? std::string_view{} : event.substr(value + 1, end - value - 1);
    }
    return {};
}

}  // namespace oktail
