#include "app/start_time.hpp"

#include "route/checkpoint_steps.hpp"

#include <algorithm>

namespace oktail {

UtcTime start_time(const StartPoint& start, UtcTime okta_now) {
    const UtcTime earliest = earliest_start(okta_now);
    switch (start.kind()) {
        case StartPoint::Kind::now: return okta_now - std::chrono::seconds(5);
        case StartPoint::Kind::earliest: return earliest;
        case StartPoint::Kind::ago: return std::max(earliest, okta_now - start.span());
        case StartPoint::Kind::at: return std::max(earliest, start.time());
    }
    return okta_now;
}

}  // namespace oktail
