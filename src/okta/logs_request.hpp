#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/model/cursor.hpp>

namespace oktail {

/// The first polling request of a query (System Log API, "Polling requests"): ascending, without `until`, 1,000 events a page.
/// What follows comes from next links alone.
Cursor first_cursor(UtcTime since, const Query& query);

}  // namespace oktail
