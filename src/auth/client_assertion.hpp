#pragma once

#include "auth/client_credential.hpp"
#include "auth/private_key.hpp"
#include "core/worker_pool.hpp"

#include <string>
#include <vector>

namespace oktail {

/// A private key and what the org calls it: its public half was registered under that `kid`.
class ClientKey {
public:
    ClientKey(PrivateKey key, std::string id) : key(std::move(key)), id(std::move(id)) {}

    PrivateKey key;
    std::string id;  ///< empty: the assertion names none, and the server tries the keys that it has
};

/// private_key_jwt, what a custom API Services app uses (RFC 7523 §2.2, OpenID Connect Core §9). Assertions are signed on a
/// thread of `signers`, which outlives the credentials. A key that could not be read stays one that cannot be used.
Credentials client_keys(const std::string& client_id, std::vector<Result<ClientKey>> keys, WorkerPool& signers);

}  // namespace oktail
