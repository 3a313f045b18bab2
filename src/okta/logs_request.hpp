#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/model/cursor.hpp>

#include <cstddef>
#include <string>

namespace oktail {

/// The most events that Okta puts on a page.
inline constexpr std::size_t most_on_a_page = 1'000;

/// The first polling request of a query (System Log API, "Polling requests"): ascending, without `until`, `limit` events a
/// page. What follows comes from next links alone, which repeat the limit.
Cursor first_cursor(UtcTime since, const Query& query, std::size_t limit = most_on_a_page);

/// What somebody looks up: the events that were published in a span of time, which has an end.
class BoundedQuery {
public:
    UtcTime since{};
    UtcTime until{};
    std::string filter;  ///< Okta's filter expression; empty: all events
    std::string words;   ///< `q`; empty: whatever they hold
};

/// The first request of a bounded query (System Log API, "Bounded requests"): ascending by `published`. Its last page has no
/// next link. Okta may take a while to have all events of the last minute: such a query is no way to miss nothing.
Cursor first_cursor(const BoundedQuery& query, std::size_t limit = most_on_a_page);

}  // namespace oktail
