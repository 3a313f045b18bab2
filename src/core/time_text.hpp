#pragma once

#include <oktail/core/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// "2026-01-05T08:14:27.361Z": always UTC, always milliseconds (RFC 3339; Okta wants both).
std::string rfc3339(UtcTime time);
/// Any RFC 3339 date-time, offsets and fractions included (cut at milliseconds). nullopt for anything else.
std::optional<UtcTime> parse_rfc3339(std::string_view text) noexcept;
/// An HTTP date in its one current form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7). nullopt for anything else.
std::optional<UtcTime> parse_http_date(std::string_view text) noexcept;
std::string http_date(UtcTime time);
/// strftime in UTC.
std::string format_utc(const std::string& pattern, UtcTime time);

}  // namespace oktail
