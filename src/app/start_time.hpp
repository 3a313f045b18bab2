#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/clock.hpp>

namespace oktail {

/// Where a new route begins, by Okta's clock. `now` is 5 s back, since an answer's Date is its time of sending; nothing begins
/// before what Okta still has.
UtcTime start_time(const StartPoint& start, UtcTime okta_now);

}  // namespace oktail
