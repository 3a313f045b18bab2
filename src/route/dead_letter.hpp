#pragma once

#include <oktail/core/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// An event that a sink would not take.
class DeadLetter {
public:
    DeadLetter(UtcTime time, std::string reason, std::string event)
        : time(time), reason(std::move(reason)), event(std::move(event)) {}

    UtcTime time;        ///< when it was set aside
    std::string reason;  ///< why, for people
    std::string event;   ///< byte for byte; perhaps no JSON, or not in UTF-8
};

/// One line, its line feed included. The event is in it as text, so that what is no JSON fits too.
std::string dead_letter_line(const DeadLetter& letter);
/// nullopt: torn, or not written by the above.
std::optional<DeadLetter> parse_dead_letter(std::string_view line);

}  // namespace oktail
