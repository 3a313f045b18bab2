#pragma once

#include "app/exit_code.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace oktail {

/// What `oktail query` is asked for.
class QueryOptions {
public:
    std::filesystem::path config;
    std::string tenant;
    std::string since = "-1h";
    std::string until;  ///< empty: as late as makes sense
    std::string filter;
    std::string words;
    std::size_t limit = 0;  ///< 0: all
    bool envelope = false;
};

/// One search in a tenant's log, by `published`, onto standard output, a line for each event.
ExitCode query_log(const QueryOptions& options);

}  // namespace oktail
