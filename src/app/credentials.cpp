#include "app/credentials.hpp"

#include "auth/client_secret.hpp"
#include "auth/private_key_file.hpp"
#include "config/named_files.hpp"
#include "config/secret_file.hpp"

#include <utility>

namespace oktail {
namespace {

Result<ClientKey> read_client_key(const PrivateKeyConfig& config) {
    const auto text = read_secret(config.file);
    if (!text) return text.error();
    Secret passphrase;
    if (!config.passphrase_file.empty()) {
        auto read = read_secret(config.passphrase_file);
        if (!read) return read.error();
        passphrase = std::move(*read);
    }
    auto key = parse_private_key(text->reveal(), passphrase);
    if (!key) return Error(key.error().kind(), config.file.string() + " " + key.error().what());
    if (!config.key_id.empty()) key->id = config.key_id;
    return ClientKey(std::move(key->key), std::move(key->id));
}

}  // namespace

Credentials read_credentials(const AuthConfig& auth, WorkerPool& signers) {
    if (auth.method == AuthMethod::private_key) {
        std::vector<Result<ClientKey>> keys;
        for (const PrivateKeyConfig& key : auth.private_keys) keys.push_back(read_client_key(key));
        return client_keys(auth.client_id, std::move(keys), signers);
    }
    std::vector<Result<Secret>> secrets;
    for (const auto& path : auth.client_secret_files) secrets.push_back(read_secret(path));
    return client_secrets(auth.client_id, secrets);
}

std::vector<std::filesystem::path> credential_files(const AuthConfig& auth) {
    std::vector<std::filesystem::path> files = auth.client_secret_files;
    for (const PrivateKeyConfig& key : auth.private_keys) {
        files.push_back(key.file);
        if (!key.passphrase_file.empty()) files.push_back(key.passphrase_file);
    }
    return files;
}

void check_private_keys(const Config& config, Problems& problems) {
    for (const TenantConfig& tenant : config.tenants)
        for (const PrivateKeyConfig& key : tenant.auth.private_keys) {
            const auto read = read_client_key(key);
            if (!read) add_trouble(read.error(), key.place, problems);
        }
}

}  // namespace oktail
