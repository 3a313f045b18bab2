#pragma once

#include <oktail/core/secret.hpp>

#include "auth/client_credential.hpp"
#include "core/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oktail {

/// client_secret_basic, what an OIN integration uses (RFC 6749 §2.3.1). Okta allows two secrets at a time, so that one can be
/// rotated while the other serves.
Credentials client_secrets(const std::string& client_id, const std::vector<Secret>& secrets);

/// Secrets that a worker reads: where their files lie may hang, and then only this tenant waits.
class ClientSecretFiles : public CredentialSource {
public:
    using Read = std::function<Result<std::vector<Secret>>()>;

    static constexpr std::chrono::seconds patience{10};

    /// `read` blocks, and runs on a thread of `readers`. What is referred to outlives it.
    ClientSecretFiles(std::string client_id, Read read, WorkerPool& readers, Clock& clock);

    asio::awaitable<Result<Credentials>> read(std::stop_token stop) override;

private:
    std::string client_id_;
    Read read_;
    WorkerPool& readers_;
    Clock& clock_;
    std::shared_ptr<std::atomic<bool>> reading_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace oktail
