#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/model/cursor.hpp>

#include <cstddef>

namespace oktail {

/// The most events that Okta puts on a page.
inline constexpr std::size_t most_on_a_page = 1'000;

/// The first polling request of a query (System Log API, "Polling requests"): ascending, without `until`, `limit` events a
/// page. What follows comes from next links alone, which repeat the limit.
Cursor first_cursor(UtcTime since, const Query& query, std::size_t limit = most_on_a_page);

}  // namespace oktail
