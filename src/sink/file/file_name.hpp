#pragma once

#include "sink/file/stream_path.hpp"

#include <oktail/state/state_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// A name that a stream gave: the time in it, and which one of that time it is.
class GivenName {
public:
    GivenName() = default;
    GivenName(UtcTime time, std::int64_t seq) : time(time), seq(seq) {}

    /// Number 0 is not shown: 2026-11-23.ndjson, 2026-11-23.1.ndjson.
    std::string path(const StreamPath& stream) const;
    GivenName next() const { return {time, seq + 1}; }
    bool operator==(const GivenName&) const = default;

    UtcTime time{};
    std::int64_t seq = 0;
};

/// The name to give now. Names only go forward, whatever the clock does.
GivenName next_name(const StreamPath& stream, const std::optional<GivenName>& last, UtcTime now);
/// The time text has moved on since `last`.
bool moves_on(const StreamPath& stream, const GivenName& last, UtcTime now);

/// Sink and pattern: what a stream is called in the state, and back.
std::string stream_key(std::string_view sink, const StreamPath& path);
std::string pattern_of_key(std::string_view key);

/// What the state remembers of the names, and back; nullopt if none was given yet.
StreamRow stream_row(StreamRow row, const GivenName& last);
std::optional<GivenName> last_name(const StreamRow& row);

}  // namespace oktail
