#include "sink/options/event_format.hpp"

namespace oktail {

Key event_format_key() {
    return {.name = "format",
            .type = KeyType::choice,
            .fallback = "raw",
            .constraint = "raw | envelope | cef",
            .description =
                "raw: the event as Okta sent it. envelope: the same bytes in {\"tenant\":..,\"labels\":{..},\"event\":..}. "
                "cef: its "
                "main fields in the Common Event Format; docs/formats.md has the table."};
}

EventFormat read_event_format(const Section& section) {
    return section.choice<EventFormat>(
        "format", {{"raw", EventFormat::raw}, {"envelope", EventFormat::envelope}, {"cef", EventFormat::cef}});
}

}  // namespace oktail
