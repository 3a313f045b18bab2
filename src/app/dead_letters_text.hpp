#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/model/checkpoint.hpp>

#include "route/replay.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

// How dead letters look to people and to scripts. Pure.

/// All of one route's.
class DeadLettersSummary {
public:
    explicit DeadLettersSummary(RouteId route) : route(std::move(route)) {}
    /// Lines of the file.
    void add(std::string_view text);

    RouteId route;
    std::size_t letters = 0;
    std::size_t torn = 0;  ///< lines that are none
    std::uint64_t bytes = 0;
    UtcTime oldest{};
    UtcTime newest{};
    std::map<std::string, std::size_t> reasons;
};

std::string dead_letters_table(const std::vector<DeadLettersSummary>& all);
std::string dead_letters_json(const std::vector<DeadLettersSummary>& all);
/// What became of a replay: one line.
std::string replayed_text(const RouteId& route, const Replayed& replayed);

}  // namespace oktail
