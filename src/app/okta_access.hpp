#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/clock.hpp>

#include "auth/token_authorizer.hpp"
#include "core/worker_pool.hpp"
#include "http/endpoint.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace oktail {

/// Who gets secrets from where they lie, and who signs with them. All of it outlives what it is given to.
class SecretWorkers {
public:
    SecretWorkers(WorkerPool& readers, WorkerPool& signers, Clock& clock) : readers(readers), signers(signers), clock(clock) {}

    WorkerPool& readers;
    WorkerPool& signers;
    Clock& clock;
};

/// The text of a tenant's ca_file. Empty without a name: the system's CAs. A file that cannot be read must never come to that:
/// its tenant trusts nobody.
std::string trusted_cas(const std::filesystem::path& path);

/// How a tenant's requests get to its org.
HttpsEndpoint https_endpoint(const TenantConfig& tenant, std::string ca_pem, const SecretWorkers& workers);
TokenSettings token_settings(const TenantConfig& tenant);
/// What the tenant authenticates with, read afresh for every grant.
std::unique_ptr<CredentialSource> credential_source(const AuthConfig& auth, const SecretWorkers& workers);

}  // namespace oktail
