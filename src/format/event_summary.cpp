#include "format/event_summary.hpp"

#include "model/json_scan.hpp"

#include <boost/json/parse.hpp>

namespace oktail {
namespace {

using json_scan::closing_quote;
using json_scan::skip_space;

/// nullptr: none of ours, as below.
std::string_view* own_field(EventSummary& summary, std::string_view name) noexcept {
    if (name == "uuid") return &summary.uuid;
    if (name == "published") return &summary.published;
    if (name == "eventType") return &summary.event_type;
    if (name == "severity") return &summary.severity;
    return nullptr;
}

/// What stands under this name in this one of the event's objects.
std::string_view* nested_field(EventSummary& summary, std::string_view object, std::string_view name) noexcept {
    if (object == "outcome" && name == "result") return &summary.outcome;
    if (object == "actor" && name == "alternateId") return &summary.actor;
    if (object == "actor" && name == "id") return &summary.actor_id;
    if (object == "client" && name == "ipAddress") return &summary.client_ip;
    if (object == "transaction" && name == "id") return &summary.transaction;
    return nullptr;
}

}  // namespace

EventSummary summary_of(std::string_view event) noexcept {
    EventSummary summary;
    std::size_t depth = 0;
    std::string_view object;  // whose members stand at depth 2
    std::size_t missing = 9;
    for (std::size_t at = 0; at < event.size() && missing != 0; ++at) {
        const char c = event[at];
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        if (c != '"') continue;

        const std::size_t open = at;
        at = closing_quote(event, open);
        if (at == std::string_view::npos) break;
        if (depth == 0 || depth > 2) continue;
        const std::size_t colon = skip_space(event, at + 1);
        if (colon == event.size() || event[colon] != ':') continue;

        const std::string_view name = event.substr(open + 1, at - open - 1);
        if (depth == 1) object = name;
        std::string_view* const wanted = depth == 1 ? own_field(summary, name) : nested_field(summary, object, name);
        const std::size_t value = skip_space(event, colon + 1);
        at = colon;
        if (!wanted || wanted->data() || value == event.size() || event[value] != '"') continue;
        const std::size_t end = closing_quote(event, value);
        if (end == std::string_view::npos) break;
        *wanted = event.substr(value + 1, end - value - 1);
        at = end;
        --missing;
    }
    return summary;
}

std::string unescaped(std::string_view text) {
    if (text.find('\\') == std::string_view::npos) return std::string(text);
    boost::system::error_code ec;
    const auto value = boost::json::parse('"' + std::string(text) + '"', ec);
    if (ec || !value.is_string()) return std::string(text);
    return std::string(value.get_string());
}

}  // namespace oktail
