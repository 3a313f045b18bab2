#include "config/named_files.hpp"

#include "config/secret_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace oktail {
namespace {

void check_secrets(const TenantConfig& tenant, Problems& problems) {
    for (const auto& path : tenant.auth.client_secret_files) {
        const auto secret = read_secret(path);
        if (!secret) add_trouble(secret.error(), tenant.auth.place, problems);
    }
    for (const PrivateKeyConfig& key : tenant.auth.private_keys)
        for (const auto& path : {key.file, key.passphrase_file}) {
            if (path.empty()) continue;
            const auto secret = read_secret(path);
            if (!secret) add_trouble(secret.error(), key.place, problems);
        }
}

void check_proxy_auth(const TenantConfig& tenant, Problems& problems) {
    if (tenant.proxy_auth_file.empty()) return;
    const auto secret = read_secret(tenant.proxy_auth_file);
    if (!secret) add_trouble(secret.error(), tenant.proxy_auth_place, problems);
    else if (secret->reveal().find(':') == std::string_view::npos)
        problems.add(tenant.proxy_auth_place, tenant.proxy_auth_file.string() + " holds no colon", "write user:password there");
}

void check_certificates(const TenantConfig& tenant, Problems& problems) {
    if (tenant.ca_file.empty() || ::access(tenant.ca_file.c_str(), R_OK) == 0) return;
    problems.add(tenant.place,
                 "the ca_file " + tenant.ca_file.string() + " cannot be read (" + std::generic_category().message(errno) + ")",
                 "put the certificates there, or remove the key");
}

}  // namespace

void add_trouble(const Error& trouble, const ConfigPlace& place, Problems& problems) {
    const std::string& text = trouble.what();
    const auto advice = text.rfind("; ");
    problems.add(place, text.substr(0, advice), text.substr(advice + 2));
}

void check_named_files(const Config& config, Problems& problems) {
    for (const TenantConfig& tenant : config.tenants) {
        check_secrets(tenant, problems);
        check_proxy_auth(tenant, problems);
        check_certificates(tenant, problems);
    }
    for (const SinkConfig& sink : config.sinks)
        if (sink.options) sink.options->check_files(problems);
}

}  // namespace oktail
