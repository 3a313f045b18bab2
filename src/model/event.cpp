#include <oktail/model/event.hpp>

#include "core/time_text.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

#include <algorithm>
#include <cstring>
#include <random>

namespace oktail {
namespace {

constexpr std::array<std::int8_t, 256> make_hex_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}

constexpr std::array<std::int8_t, 256> hex_values = make_hex_values();
constexpr std::array<std::size_t, 16> byte_places{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

/// 8-4-4-4-12 hex digits (RFC 9562 §4); false leaves `id` undefined. Without branches on the digits: they are random, and this
/// runs once per event.
bool read_uuid(std::string_view text, Uuid& id) noexcept {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;
    int all = 0;  // negative as soon as one is no digit
    for (std::size_t i = 0; i < byte_places.size(); ++i) {
        const int high = hex_values[static_cast<std::uint8_t>(text[byte_places[i]])];
        const int low = hex_values[static_cast<std::uint8_t>(text[byte_places[i] + 1])];
        all |= high | low;
        id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return all >= 0;
}

/// Chosen anew by each process.
struct Salts {
    Salts() {
        std::random_device random;
        a = std::uint64_t{random()} << 32U | random();
        b = std::uint64_t{random()} << 32U | random() | 1U;
    }
    std::uint64_t a;
    std::uint64_t b;
};

/// The lowest bits of what it gives depend on every bit of both.
std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product ^ product >> 64U);
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
    // A server that chose its ids so that they collide would hold up every tenant of the shard: it does not know the salts.
    static const oktail::Salts salts;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::memcpy(&a, id.bytes.data(), 8);
    std::memcpy(&b, id.bytes.data() + 8, 8);
    return static_cast<std::size_t>(oktail::folded(oktail::folded(a ^ salts.a, b ^ salts.b), salts.b));
}
