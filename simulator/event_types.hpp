#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace oktail::simulator {

/// Which of the event layouts a type uses.
enum class Layout : std::uint8_t { sign_on, app, admin, token, job, threat };

/// One row of the catalogue: what Okta logs, how often it does, and how it looks.
struct EventType {
    std::string_view name;
    Layout layout;
    unsigned weight;                ///< share of the traffic
    std::string_view severity;      ///< of the usual outcome
    std::string_view result;        ///< usual outcome.result
    std::string_view bad_severity;  ///< of the other outcome; empty: there is none
    std::string_view bad_result;
    std::string_view reason;  ///< of the other outcome
    std::string_view message;
};

std::span<const EventType> event_types();

}  // namespace oktail::simulator
