#include "config/values.hpp"

#include "core/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace oktail {
namespace {

using Units = std::initializer_list<std::pair<std::string_view, std::uint64_t>>;

/// A whole number and one of the units, as a number of the smallest.
std::optional<std::uint64_t> parse_amount(std::string_view text, Units units) noexcept {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer(text.substr(0, digits));
    const auto unit = std::ranges::find(units, text.substr(digits), &Units::value_type::first);
    if (!number || unit == units.end()) return std::nullopt;
    if (*number > std::numeric_limits<std::int64_t>::max() / unit->second) return std::nullopt;
    return *number * unit->second;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text, auto... how) noexcept {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, how...);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

bool is_name(std::string_view text) noexcept {
    const auto first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto other = [&](char c) { return first(c) || c == '_' || c == '-'; };
    return !text.empty() && text.size() <= 63 && first(text.front()) && std::ranges::all_of(text, other);
}

std::optional<std::uint64_t> parse_integer(std::string_view text) noexcept {
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return parse_whole<std::uint64_t>(text);
}

std::optional<double> parse_fraction(std::string_view text) noexcept {
    return parse_whole<double>(text, std::chars_format::fixed);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    constexpr std::uint64_t century = 36'525ULL * 86'400'000;
    const auto amount = parse_amount(text, {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
    if (!amount || *amount > century) return std::nullopt;
    return std::chrono::milliseconds(*amount);
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
    return parse_amount(text, {{"", 1}, {"KiB", 1ULL << 10U}, {"MiB", 1ULL << 20U}, {"GiB", 1ULL << 30U}});
}

std::optional<StartPoint> parse_start(std::string_view text) noexcept {
    if (text == "now") return StartPoint();
    if (text == "earliest") return StartPoint::earliest();
    if (text.starts_with('-')) {
        const auto span = parse_duration(text.substr(1));
        if (!span) return std::nullopt;
        return StartPoint::ago(*span);
    }
    const auto time = parse_rfc3339(text);
    if (!time) return std::nullopt;
    return StartPoint::at(*time);
}

std::optional<mode_t> parse_file_mode(std::string_view text) noexcept {
    constexpr mode_t owner_reads_and_writes = 0600;
    constexpr mode_t accepted = 0664;
    const auto mode = parse_whole<mode_t>(text, 8);
    if (!mode || text.size() < 3 || text.size() > 4) return std::nullopt;
    if ((*mode & owner_reads_and_writes) != owner_reads_and_writes || (*mode & ~accepted) != 0) return std::nullopt;
    return *mode;
}

std::optional<std::optional<ListenAddress>> parse_listen(std::string_view text) noexcept {
    if (text == "off") return std::optional<ListenAddress>();
    auto address = ListenAddress::parse(text);
    if (!address) return std::nullopt;
    return address;
}

std::vector<std::string_view> choices_of(std::string_view constraint) {
    constexpr std::string_view separator = " | ";
    std::vector<std::string_view> out;
    for (;;) {
        const auto end = constraint.find(separator);
        out.push_back(constraint.substr(0, end));
        if (end == std::string_view::npos) return out;
        constraint.remove_prefix(end + separator.size());
    }
}

}  // namespace oktail
