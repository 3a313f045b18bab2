#pragma once

#include <oktail/sink/sink.hpp>

#include "format/cef.hpp"
#include "format/event_format.hpp"
#include "format/lines.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// How a sink words an event: fixed bytes before and behind the ones Okta sent, or CEF. Made once per route.
class LineFormat {
public:
    /// The event itself.
    static LineFormat raw();
    /// {"tenant":..,"labels":{..},"event":<raw bytes>}
    static LineFormat envelope(std::string_view tenant, const Labels& labels);
    /// CEF:0|Okta|System Log|.. What is no JSON object stays as it is: of what routes deliver that is only an event with a
    /// misspelt literal or number, or nested more than 64 deep, and it is better told in a strange form than not at all.
    static LineFormat cef(std::string_view tenant, const std::string& domain);

    /// Events [first, end) of the batch, a line each. An event holds no line break: the page was cut that way.
    Lines render(const Batch& batch, std::size_t first) const;
    /// The event's line without its end: the event's own bytes, or else those of `scratch`, which lose what they held.
    std::string_view text(std::string_view event, std::string& scratch) const;
    /// The same in at most `most` bytes: entries of debugData are left out, or fields in CEF. nullopt: that is not enough.
    std::optional<std::string> compact(std::string_view event, std::size_t most) const;

private:
    LineFormat(std::string before, std::string behind) : before_(std::move(before)), behind_(std::move(behind)) {}

    bool is_raw() const noexcept { return !cef_ && before_.empty() && behind_.empty(); }
    Lines cef_lines(const Batch& batch, std::size_t first) const;
    std::optional<std::string> compact_cef(std::string_view event, std::size_t most) const;

    std::string before_;
    std::string behind_;  // without the LF
    std::optional<Cef> cef_;
};

/// The one a route's sink is configured for.
LineFormat line_format(EventFormat format, const RouteId& route, const TenantProfile& tenant);

}  // namespace oktail
