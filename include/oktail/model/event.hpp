#pragma once

#include <oktail/core/clock.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace oktail {

/// An event's identity in 16 bytes: its uuid where that is one, otherwise a name-based uuid of the text or of the event's
/// bytes.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const Uuid&) const = default;
};

/// `text` is the event's "uuid" value (without quotes); empty if it has none, then `event` is what counts.
Uuid event_id(std::string_view text, std::string_view event);

/// RFC 3339 in UTC, as Okta writes it ("2026-01-05T08:14:27.361Z"); the epoch for anything else.
UtcTime event_time(std::string_view published) noexcept;

/// Where an event lies in its page and the two fields that a route looks at.
struct EventSlice {
    std::uint32_t offset = 0;  ///< bytes
    std::uint32_t size = 0;    ///< bytes
    Uuid id;
    UtcTime published{};  ///< the epoch if the event has none
    /// false: found not to be JSON, or not UTF-8; its bytes are as they came, line breaks inside strings included.
    /// true promises UTF-8 without raw line breaks; literals and numbers that nobody needed are not checked.
    bool well_formed = true;
};

}  // namespace oktail

template <>
struct std::hash<oktail::Uuid> {
    std::size_t operator()(const oktail::Uuid& id) const noexcept;
};
