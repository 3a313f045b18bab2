#pragma once

#include "simulator/answers.hpp"
#include "simulator/cursor.hpp"
#include "simulator/org.hpp"
#include "simulator/scim_filter.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace oktail::simulator {

/// What a request to /api/v1/logs asks for, once it is found to be one that Okta documents.
struct LogsQuery {
    UtcTime since;
    std::optional<UtcTime> until;  ///< a bounded request; a polling one has none
    bool descending = false;
    std::size_t limit = 100;
    std::optional<ScimFilter> filter;
    std::optional<Cursor> after;
};

/// The query, or why it is refused. Combinations that Okta does not document, and cursors that are not ours, are violations.
std::variant<LogsQuery, Answer> read_logs_query(Org& org, const Request& request, UtcTime now);

/// The target of the same query behind `cursor`.
std::string next_target(const Org& org, std::string_view target, Cursor cursor);

}  // namespace oktail::simulator
