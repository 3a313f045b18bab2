#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>
#include <oktail/state/state_store.hpp>

#include "app/checkpoint_text.hpp"
#include "app/exit_code.hpp"

#include <filesystem>
#include <string>

namespace oktail {

// `oktail checkpoint`: looks at the state of a stopped daemon, and moves what is in it. `config` says where it is. A running
// daemon holds the state: temporary then, with its process id. Only the export asks the daemon itself.

ExitCode list_checkpoints(const std::filesystem::path& config, bool json);
ExitCode show_checkpoint(const std::filesystem::path& config, const RouteId& route, CursorText cursor, bool json);
/// The route delivers again what came since `to` ("-24h", "earliest", RFC 3339). Never forward: that would skip events.
ExitCode rewind_checkpoint(const std::filesystem::path& config, const RouteId& route, const std::string& to);
/// A tenant, or a route as TENANT/SINK, with its dead letters; what is there is never overwritten.
ExitCode rename_checkpoints(const std::filesystem::path& config, const std::string& from, const std::string& to);
ExitCode export_checkpoints(const std::filesystem::path& config);

/// Where a running daemon's control socket has what exported_checkpoints() says.
inline constexpr const char* export_path = "/checkpoints/export";
/// What the export prints. Errors: those of the store.
asio::awaitable<Result<std::string>> exported_checkpoints(StateStore& state);

}  // namespace oktail
