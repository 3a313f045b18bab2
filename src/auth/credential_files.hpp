#pragma once

#include "auth/client_credential.hpp"
#include "auth/secret_reader.hpp"

#include <utility>

namespace oktail {

/// Credentials in files, read afresh for every grant.
class CredentialFiles : public CredentialSource {
public:
    /// As SecretReader's.
    CredentialFiles(SecretReader<Credentials>::Read read, WorkerPool& readers, Clock& clock)
        : reader_(std::move(read), readers, clock) {}

    asio::awaitable<Result<Credentials>> read(std::stop_token stop) override { return reader_.read(std::move(stop)); }

private:
    SecretReader<Credentials> reader_;
};

}  // namespace oktail
