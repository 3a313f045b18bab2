#pragma once

#include "simulator/answers.hpp"
#include "simulator/org.hpp"

#include <optional>
#include <string>

namespace oktail::simulator {

/// How a page may go wrong.
struct PageFault {
    std::optional<std::size_t> length;    ///< no more events than that
    std::size_t repeated = 0;             ///< events of the page before that come again
    std::optional<std::string> inserted;  ///< text among the events
    std::optional<std::string> body;      ///< instead of the array
    bool cursor_refused = false;          ///< if the query has one
    bool no_next = false;
    std::optional<std::string> next;  ///< instead of the next link; {target} in it is the true target
};

/// GET /api/v1/logs. The body is plain; compressing it is the caller's.
Answer logs_endpoint(Org& org, const Request& request, UtcTime now, const PageFault& fault, RateState& rate);

}  // namespace oktail::simulator
