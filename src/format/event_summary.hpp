#pragma once

#include <string>
#include <string_view>

namespace oktail {

/// What stands in an event's place where there is room for a few words only. Each field as it stands between its quotes in the
/// event, still escaped; empty if there is none. They live as long as the event.
struct EventSummary {
    std::string_view uuid;
    std::string_view published;
    std::string_view event_type;
    std::string_view severity;
    std::string_view outcome;      ///< outcome.result
    std::string_view actor;        ///< actor.alternateId
    std::string_view actor_id;     ///< actor.id
    std::string_view client_ip;    ///< client.ipAddress
    std::string_view transaction;  ///< transaction.id
};

/// One walk over the event, without a copy. Of repeated fields the first counts; what is no JSON yields what it yields.
EventSummary summary_of(std::string_view event) noexcept;

/// What the string says: `text` stands between quotes in JSON. Escapes that mean nothing are left as they are.
std::string unescaped(std::string_view text);

}  // namespace oktail
