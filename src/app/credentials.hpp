#pragma once

#include <oktail/config/config.hpp>

#include "auth/client_assertion.hpp"
#include "auth/client_credential.hpp"
#include "core/worker_pool.hpp"

#include <filesystem>
#include <vector>

namespace oktail {

/// Reads whatever a tenant authenticates with; blocks. `signers` outlives what is read.
Credentials read_credentials(const AuthConfig& auth, WorkerPool& signers);
/// Every file that it reads.
std::vector<std::filesystem::path> credential_files(const AuthConfig& auth);
/// Whether every private key can be used.
void check_private_keys(const Config& config, Problems& problems);

}  // namespace oktail
