#pragma once

#include "config/interpolation.hpp"

#include <oktail/config/key_table.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace oktail {

/// The file's bytes without one line end behind them. Errors (unauthorized; behind the last "; " they say what to do): it
/// cannot be read, is no regular file, is open to others, is empty or larger than 64 KiB.
Result<Secret> read_secret(const std::filesystem::path& path);

/// Where the secret file that is called `name` at `place` lies. A bare name: $CREDENTIALS_DIRECTORY has the first say, with
/// NAME, then with ID_NAME.
std::filesystem::path find_secret(const std::string& name, const ConfigPlace& place, const Environment& environment);

}  // namespace oktail
