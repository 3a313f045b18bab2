#pragma once

#include <oktail/config/config.hpp>
#include <oktail/core/error.hpp>

namespace oktail {

/// Whether the secrets and certificates that tenants and sinks name can be used.
void check_named_files(const Config& config, Problems& problems);
/// An error about a file, whose text ends with "; " and what to do.
void add_trouble(const Error& trouble, const ConfigPlace& place, Problems& problems);

}  // namespace oktail
