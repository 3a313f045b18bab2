#pragma once

#include <oktail/core/secret.hpp>

#include "auth/client_credential.hpp"
#include "auth/secret_reader.hpp"

#include <string>
#include <vector>

namespace oktail {

/// client_secret_basic, what an OIN integration uses (RFC 6749 §2.3.1). Okta allows two secrets at a time, so that one can be
/// rotated while the other serves.
Credentials client_secrets(const std::string& client_id, const std::vector<Secret>& secrets);

/// Secrets in files, read afresh for every grant.
class ClientSecretFiles : public CredentialSource {
public:
    /// As SecretReader's.
    ClientSecretFiles(std::string client_id, SecretReader::Read read, WorkerPool& readers, Clock& clock);

    asio::awaitable<Result<Credentials>> read(std::stop_token stop) override;

private:
    std::string client_id_;
    SecretReader reader_;
};

}  // namespace oktail
