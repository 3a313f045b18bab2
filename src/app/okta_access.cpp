#include "app/okta_access.hpp"

#include "app/credentials.hpp"
#include "auth/basic.hpp"
#include "auth/credential_files.hpp"
#include "auth/secret_reader.hpp"
#include "config/secret_file.hpp"

#include <fstream>
#include <iterator>
#include <utility>

namespace oktail {
namespace {

using ProxyPair = std::shared_ptr<SecretReader<Secret>>;

asio::awaitable<Result<Secret>> read_proxy_authorization(ProxyPair reader, std::stop_token stop) {
    auto secret = co_await reader->read(std::move(stop));
    if (!secret) co_return secret.error();
    const std::string_view pair = secret->reveal();
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos) co_return Error(ErrorKind::transient, "proxy_auth_file holds no user:password");
    co_return basic_authorization(pair.substr(0, colon), pair.substr(colon + 1));
}

}  // namespace

std::string trusted_cas(const std::filesystem::path& path) {
    if (path.empty()) return {};
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.empty() ? path.string() + " cannot be read" : text;
}

HttpsEndpoint https_endpoint(const TenantConfig& tenant, std::string ca_pem, const SecretWorkers& workers) {
    HttpsEndpoint endpoint(tenant.domain);
    endpoint.connect_to = tenant.connect_to;
    endpoint.ca_pem = std::move(ca_pem);
    endpoint.proxy = tenant.proxy;
    endpoint.scope = log::Scope(tenant.name);
    if (tenant.proxy_auth_file.empty()) return endpoint;
    auto read = [file = tenant.proxy_auth_file] { return read_secret(file); };
    const auto reader = std::make_shared<SecretReader<Secret>>(std::move(read), workers.readers, workers.clock);
    endpoint.proxy_authorization = [reader](std::stop_token stop) { return read_proxy_authorization(reader, std::move(stop)); };
    return endpoint;
}

TokenSettings token_settings(const TenantConfig& tenant) {
    TokenSettings settings(tenant.domain.url());
    settings.dpop = tenant.auth.dpop;
    settings.revoke_at_end = tenant.auth.revoke_at_end;
    settings.timeout = tenant.request_timeout;
    return settings;
}

std::unique_ptr<CredentialSource> credential_source(const AuthConfig& auth, const SecretWorkers& workers) {
    auto read = [auth, &signers = workers.signers]() -> Result<Credentials> { return read_credentials(auth, signers); };
    return std::make_unique<CredentialFiles>(std::move(read), workers.readers, workers.clock);
}

}  // namespace oktail
