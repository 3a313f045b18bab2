#pragma once

#include "app/exit_code.hpp"

#include <filesystem>
#include <string>

namespace oktail {

/// Makes a private key in a file of its own in `folder`, and prints its public JWK. `algorithm`: RS256 or ES256.
ExitCode make_key(const std::string& algorithm, const std::filesystem::path& folder);

}  // namespace oktail
