#include <oktail/model/event.hpp>

#include "core/time_text.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

#include <algorithm>
#include <cstring>

namespace oktail {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// 8-4-4-4-12 hex digits (RFC 9562 §4); false leaves `id` undefined.
bool read_uuid(std::string_view text, Uuid& id) noexcept {
    if (text.size() != 36) return false;
    std::size_t out = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return false;
            ++i;
            continue;
        }
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return false;
        id.bytes[out++] = static_cast<std::uint8_t>(high << 4 | low);
        i += 2;
    }
    return true;
}

Uuid named(std::string_view text) {
    // The namespace only has to be ours: RFC 9562 §5.5.
    static const boost::uuids::name_generator_sha1 generator(
        boost::uuids::uuid{{0x6f, 0x6b, 0x74, 0x61, 0x69, 0x6c, 0x50, 0x0a, 0x80, 0, 0, 0, 0, 0, 0, 1}});
    const boost::uuids::uuid made = generator(text.data(), text.size());
    Uuid id;
    std::copy(made.begin(), made.end(), id.bytes.begin());
    return id;
}

}  // namespace

Uuid event_id(std::string_view text, std::string_view event) {
    Uuid id;
    if (read_uuid(text, id)) return id;
    return named(text.empty() ? event : text);
}

UtcTime event_time(std::string_view published) noexcept { return parse_rfc3339(published).value_or(UtcTime{}); }

}  // namespace oktail

std::size_t std::hash<oktail::Uuid>::operator()(const oktail::Uuid& id) const noexcept {
    // Okta chooses the bytes, not strangers; mixing both halves is enough for sets of a page.
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, id.bytes.data(), 8);
    std::memcpy(&b, id.bytes.data() + 8, 8);
    return static_cast<std::size_t>((a ^ (b * 0x9e3779b97f4a7c15U)) * 0xff51afd7ed558ccdU >> 7U);
}
