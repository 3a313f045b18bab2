#pragma once

#include <oktail/model/checkpoint.hpp>

#include "app/daemon_address.hpp"
#include "app/exit_code.hpp"

#include <filesystem>

namespace oktail {

// `oktail dead-letters`: what sinks would not take.

/// A line for each route that has some; beside a running daemon too. `config` says where the state is.
ExitCode list_dead_letters(const std::filesystem::path& config, bool json);
/// Asks the running daemon to offer a route's dead letters again. temporary: some are left that the sink may still take.
ExitCode replay_dead_letters(const DaemonAddress& daemon, const RouteId& route);

/// Where a running daemon's control socket takes a replay; the route is the query, as TENANT/SINK.
inline constexpr const char* replay_path = "/dead-letters/replay";

}  // namespace oktail
