#include "okta/byte_slicer.hpp"

#include "core/quote.hpp"
#include "model/json_scan.hpp"

namespace oktail {
namespace {

using json_scan::closing_quote;
using json_scan::skip_space;

/// The index behind the brace that closes the one at `open`, or npos. Square brackets do not count: an event whose own are
/// wrong still ends where its braces do.
std::size_t object_end(std::string_view json, std::size_t open) {
    std::size_t depth = 0;
    for (std::size_t at = open; at < json.size(); ++at) {
        if (json[at] == '"') at = closing_quote(json, at);
        if (at == std::string_view::npos) return at;
        if (json[at] == '{') ++depth;
        if (json[at] == '}' && --depth == 0) return at + 1;
    }
    return std::string_view::npos;
}

Error trouble(std::string_view body, std::size_t at, std::string what) {
    if (at >= body.size()) return {ErrorKind::transient, "the page is cut off"};
    return {ErrorKind::transient, std::move(what) + " (byte " + std::to_string(at) + " is " + quote(body.substr(at, 1)) + ")"};
}

}  // namespace

Result<std::vector<std::string_view>> slice_by_bytes(std::string_view body, std::size_t most) {
    std::vector<std::string_view> elements;
    std::size_t at = skip_space(body, 0);
    if (at == body.size() || body[at] != '[') return trouble(body, at, "the page is no JSON array");
    at = skip_space(body, at + 1);
    bool more = at == body.size() || body[at] != ']';
    while (more) {
        if (at == body.size() || body[at] != '{') return trouble(body, at, "the page holds something other than objects");
        const std::size_t end = object_end(body, at);
        if (end == std::string_view::npos) return trouble(body, end, {});
        if (elements.size() == most)
            return Error(ErrorKind::transient, "the page holds more than " + std::to_string(most) + " events");
        elements.push_back(body.substr(at, end - at));
        at = skip_space(body, end);
        if (at == body.size() || (body[at] != ',' && body[at] != ']')) return trouble(body, at, "no comma between two events");
        more = body[at] == ',';
        if (more) at = skip_space(body, at + 1);
    }
    at = skip_space(body, at + 1);
    if (at < body.size()) return trouble(body, at, "something follows the page's closing bracket");
    return elements;
}

}  // namespace oktail
