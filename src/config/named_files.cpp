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
        if (secret) continue;
        const std::string text = secret.error().what();  // its end says what to do
        const auto advice = text.rfind("; ");
        problems.add(tenant.auth.place, text.substr(0, advice), text.substr(advice + 2));
    }
}

void check_certificates(const TenantConfig& tenant, Problems& problems) {
    if (tenant.ca_file.empty() || ::access(tenant.ca_file.c_str(), R_OK) == 0) return;
    problems.add(tenant.place,
                 "the ca_file " + tenant.ca_file.string() + " cannot be read (" + std::generic_category().message(errno) + ")",
                 "put the certificates there, or remove the key");
}

}  // namespace

void check_named_files(const Config& config, Problems& problems) {
    for (const TenantConfig& tenant : config.tenants) {
        check_secrets(tenant, problems);
        check_certificates(tenant, problems);
    }
}

}  // namespace oktail
