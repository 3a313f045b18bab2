#include "okta/logs_request.hpp"

#include "core/time_text.hpp"

#include <string>
#include <string_view>

namespace oktail {
namespace {

constexpr bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

/// Everything but what RFC 3986 §2.3 calls unreserved.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

}  // namespace

Cursor first_cursor(UtcTime since, const Query& query, std::size_t limit) {
    std::string target =
        "/api/v1/logs?since=" + percent_encoded(rfc3339(since)) + "&limit=" + std::to_string(limit) + "&sortOrder=ASCENDING";
    if (!query.filter().empty()) target += "&filter=" + percent_encoded(query.filter());
    return Cursor(std::move(target));
}

Cursor first_cursor(const BoundedQuery& query, std::size_t limit) {
    std::string target = "/api/v1/logs?since=" + percent_encoded(rfc3339(query.since)) +
                         "&until=" + percent_encoded(rfc3339(query.until)) + "&limit=" + std::to_string(limit) +
                         "&sortOrder=ASCENDING";
    if (!query.filter.empty()) target += "&filter=" + percent_encoded(query.filter);
    if (!query.words.empty()) target += "&q=" + percent_encoded(query.words);
    return Cursor(std::move(target));
}

}  // namespace oktail
