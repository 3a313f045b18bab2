#pragma once

#include <oktail/core/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oktail::simulator {

/// How `after` looks: `<milliseconds>_<number>` as today, like a uuid as in 2017, or 400 characters with %2B and %3D in them.
enum class CursorStyle : std::uint8_t { milliseconds, uuid, lengthy };

/// A place in the log, and a time that makes two cursors of the same place look different.
struct Cursor {
    std::uint64_t position;
    UtcTime stamp;
};

/// Makes and opens the opaque text of cursors. It is signed together with everything that stands around it in the link, so
/// any other byte of the target breaks it too.
class CursorSeal {
public:
    CursorSeal(std::string key, CursorStyle style) : key_(std::move(key)), style_(style) {}

    /// The value of `after` as it goes between `before` and `behind`.
    std::string seal(Cursor cursor, std::string_view before, std::string_view behind) const;
    /// nullopt: not a cursor that was sealed for this link.
    std::optional<Cursor> open(std::string_view text, std::string_view before, std::string_view behind) const;

private:
    std::optional<Cursor> read(std::string_view text) const;

    std::string key_;
    CursorStyle style_;
};

}  // namespace oktail::simulator
