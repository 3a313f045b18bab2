#pragma once

#include <oktail/config/config.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace oktail {

// How values are written. nullopt for anything else.

/// [a-z0-9][a-z0-9_-]{0,62}
bool is_name(std::string_view text) noexcept;
/// Decimal digits without a leading zero.
std::optional<std::uint64_t> parse_integer(std::string_view text) noexcept;
/// "0.5"
std::optional<double> parse_fraction(std::string_view text) noexcept;
/// "500ms", "10s", "5m", "24h", "7d"; at most 100 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
/// "4096", "64KiB", "10MiB", "1GiB"
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
/// "now", "earliest", "-24h", RFC 3339
std::optional<StartPoint> parse_start(std::string_view text) noexcept;
/// Three or four octal digits that let the owner read and write, and others not write.
std::optional<mode_t> parse_file_mode(std::string_view text) noexcept;
/// "127.0.0.1:9464", "unix:/run/oktail/admin.sock"; the inner nullopt is "off".
std::optional<std::optional<ListenAddress>> parse_listen(std::string_view text) noexcept;
/// "raw | envelope" → its words
std::vector<std::string_view> choices_of(std::string_view constraint);

}  // namespace oktail
