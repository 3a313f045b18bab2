#include "config/named_files.hpp"

#include "config/secret_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
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

}  // namespace

void add_trouble(const Error& trouble, const ConfigPlace& place, Problems& problems) {
    const std::string& text = trouble.what();
    const auto advice = text.rfind("; ");
    problems.add(place, text.substr(0, advice), text.substr(advice + 2));
}

void check_certificate(const std::filesystem::path& file, std::string_view key, const ConfigPlace& place, Problems& problems) {
    if (file.empty() || ::access(file.c_str(), R_OK) == 0) return;
    problems.add(
        place,
        "the " + std::string(key) + " " + file.string() + " cannot be read (" + std::generic_category().message(errno) + ")",
        "put the certificates there, or remove the key");
}

Result<std::string> read_certificates(const std::filesystem::path& file) {
    if (file.empty()) return std::string();
    std::ifstream stream(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (!stream || text.empty()) return Error(ErrorKind::transient, file.string() + " cannot be read, or is empty");
    return text;
}

void check_named_files(const Config& config, Problems& problems) {
    for (const TenantConfig& tenant : config.tenants) {
        check_secrets(tenant, problems);
        check_proxy_auth(tenant, problems);
        check_certificate(tenant.ca_file, "ca_file", tenant.place, problems);
    }
    for (const SinkConfig& sink : config.sinks)
        if (sink.options) sink.options->check_files(problems);
}

}  // namespace oktail
