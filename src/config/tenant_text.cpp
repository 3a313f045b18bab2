#include "config/tenant_text.hpp"

#include <yaml-cpp/yaml.h>

namespace oktail {
namespace {

/// In quotes where it could be read otherwise; a dollar would begin a variable.
void put(YAML::Emitter& out, const char* key, const std::string& value) {
    if (value.empty()) return;
    std::string text;
    for (const char c : value) text += c == '$' ? std::string("$$") : std::string(1, c);
    out << YAML::Key << key << YAML::Value << text;
}

void put_credentials(YAML::Emitter& out, const NewTenant& tenant) {
    if (!tenant.secret_file.empty()) {
        out << YAML::Key << "client_secret_files" << YAML::Value << YAML::Flow << YAML::BeginSeq << tenant.secret_file
            << YAML::EndSeq;
        return;
    }
    out << YAML::Key << "private_keys" << YAML::Value << YAML::BeginSeq << YAML::BeginMap;
    put(out, "file", tenant.key_file);
    put(out, "key_id", tenant.key_id);
    put(out, "passphrase_file", tenant.passphrase_file);
    out << YAML::EndMap << YAML::EndSeq;
}

}  // namespace

std::string tenant_text(const NewTenant& tenant) {
    YAML::Emitter out;
    out << YAML::BeginMap << YAML::Key << "tenants" << YAML::Value << YAML::BeginSeq << YAML::BeginMap;
    put(out, "name", tenant.name);
    put(out, "domain", tenant.domain);
    out << YAML::Key << "auth" << YAML::Value << YAML::BeginMap;
    put(out, "method", tenant.secret_file.empty() ? "private_key" : "client_secret");
    put(out, "client_id", tenant.client_id);
    put_credentials(out, tenant);
    out << YAML::EndMap;
    out << YAML::Key << "sinks" << YAML::Value << YAML::Flow << tenant.sinks;
    put(out, "start", tenant.start);
    put(out, "connect_to", tenant.connect_to);
    put(out, "ca_file", tenant.ca_file);
    out << YAML::EndMap << YAML::EndSeq << YAML::EndMap;
    return std::string(out.c_str()) + "\n";
}

}  // namespace oktail
