#include "simulator/cursor.hpp"

#include "simulator/crypto.hpp"
#include "simulator/url_text.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace oktail::simulator {
namespace {

constexpr std::uint64_t signature_numbers = 10'000'000'000U;  // what a number leaves for the signature behind the position
constexpr std::size_t lengthy_bytes = 291;                    // 388 characters of base64, and some of them take three

std::uint64_t number_of(std::string_view bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

template <class Number>
std::optional<Number> parsed(std::string_view text, int base) {
    Number number{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string text_of(const char* format, auto... values) {
    std::array<char, 64> out{};
    const int size = std::snprintf(out.data(), out.size(), format, values...);
    return {out.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::string CursorSeal::seal(Cursor cursor, std::string_view before, std::string_view behind) const {
    const auto stamp = static_cast<unsigned long long>(cursor.stamp.time_since_epoch().count());
    const auto position = static_cast<unsigned long long>(cursor.position);
    std::string signed_text = text_of("%llu %llu ", position, stamp);
    signed_text.append(before).append(" ").append(behind);
    const std::string signature = hmac_sha256(key_, signed_text);
    const auto number = static_cast<unsigned long long>(number_of(signature));
    switch (style_) {
        case CursorStyle::milliseconds:
            return text_of("%llu_%llu", stamp, position * signature_numbers + number % signature_numbers);
        case CursorStyle::uuid:
            return text_of("%08llx-%04llx-%04llx-%04llx-%012llx", position & 0xffffffffU, stamp & 0xffffU,
                           (stamp >> 16U) & 0xffffU, (stamp >> 32U) & 0xffffU, number & 0xffff'ffff'ffffU);
        case CursorStyle::lengthy: break;
    }
    std::string bytes = "\xfb\xef\xbe" + text_of("%020llu%020llu", position, stamp);  // "++++" in base64
    for (std::string more = signature; bytes.size() < lengthy_bytes; more = hmac_sha256(key_, more)) bytes += more;
    bytes.resize(lengthy_bytes + 1);
    return percent_encoded(base64(bytes));
}

std::optional<Cursor> CursorSeal::open(std::string_view text, std::string_view before, std::string_view behind) const {
    const auto cursor = read(text);
    if (!cursor || seal(*cursor, before, behind) != text) return std::nullopt;
    return cursor;
}

/// What the text says, true or not.
std::optional<Cursor> CursorSeal::read(std::string_view text) const {
    std::optional<std::uint64_t> position;
    std::optional<std::int64_t> stamp;
    std::string bytes;
    switch (style_) {
        case CursorStyle::milliseconds: {
            const std::size_t bar = text.find('_');
            if (bar == std::string_view::npos) return std::nullopt;
            stamp = parsed<std::int64_t>(text.substr(0, bar), 10);
            position = parsed<std::uint64_t>(text.substr(bar + 1), 10);
            if (position) *position /= signature_numbers;
            break;
        }
        case CursorStyle::uuid: {
            if (text.size() != 36) return std::nullopt;
            position = parsed<std::uint64_t>(text.substr(0, 8), 16);
            const auto low = parsed<std::int64_t>(text.substr(9, 4), 16);
            const auto middle = parsed<std::int64_t>(text.substr(14, 4), 16);
            const auto high = parsed<std::int64_t>(text.substr(19, 4), 16);
            if (low && middle && high) stamp = *high << 32U | *middle << 16U | *low;
            break;
        }
        case CursorStyle::lengthy: {
            bytes = from_base64(percent_decoded(text).value_or("")).value_or("");
            if (bytes.size() < 43) return std::nullopt;
            position = parsed<std::uint64_t>(std::string_view(bytes).substr(3, 20), 10);
            stamp = parsed<std::int64_t>(std::string_view(bytes).substr(23, 20), 10);
            break;
        }
    }
    if (!position || !stamp) return std::nullopt;
    return Cursor{*position, UtcTime(std::chrono::milliseconds(*stamp))};
}

}  // namespace oktail::simulator
