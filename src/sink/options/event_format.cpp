#include "sink/options/event_format.hpp"

namespace oktail {

Key event_format_key() {
    return {.name = "format",
            .type = KeyType::choice,
            .fallback = "raw",
            .constraint = "raw | envelope",
            .description =
                "raw: the event as Okta sent it. envelope: the same bytes in {\"tenant\":..,\"labels\":{..},\"event\":..}."};
}

EventFormat read_event_format(const Section& section) {
    return section.choice<EventFormat>("format", {{"raw", EventFormat::raw}, {"envelope", EventFormat::envelope}});
}

}  // namespace oktail
