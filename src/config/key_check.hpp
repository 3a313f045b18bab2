#pragma once

#include <oktail/config/key_table.hpp>

namespace oktail {

/// Holds a map against its table, and what is below it against theirs: unknown keys, missing ones, values that their type or
/// constraint does not allow. False if it added a problem.
bool check_keys(const ConfigNode& map, const KeyTable& keys, Problems& problems);

}  // namespace oktail
