#pragma once

#include <oktail/core/error.hpp>
#include <oktail/model/checkpoint.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Keys of the checkpoint topic. Neither name holds a slash.
std::string checkpoint_key(const RouteId& route);
/// Whose key it is; nullopt: no route's.
std::optional<RouteId> route_of(std::string_view key);
/// The key under which a daemon says that it writes for this sink now. No route's.
std::string owner_key(const std::string& instance, const std::string& sink);

/// {"seq":17,"last":"<uuid>","newest_published":"..","checkpoint":"<base64url>"}: the first ones are for people and tests.
std::string checkpoint_value(const Checkpoint& checkpoint);
/// Errors: fatal, for anything else.
Result<Checkpoint> parse_checkpoint_value(std::string_view value);

}  // namespace oktail
