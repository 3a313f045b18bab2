#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace oktail {

/// Whether the secrets and certificates that tenants and sinks name can be used.
void check_named_files(const Config& config, Problems& problems);
/// Whether the certificates that the key names can be read; an empty path is none.
void check_certificate(const std::filesystem::path& file, std::string_view key, const ConfigPlace& place, Problems& problems);
/// What is in them; nothing for an empty path. Errors: transient.
Result<std::string> read_certificates(const std::filesystem::path& file);
/// An error about a file, whose text ends with "; " and what to do.
void add_trouble(const Error& trouble, const ConfigPlace& place, Problems& problems);

}  // namespace oktail
