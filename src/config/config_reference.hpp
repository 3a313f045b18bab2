#pragma once

#include "config/config_reader.hpp"

#include <string>

namespace oktail {

/// Every key with its default and what it means, as YAML: what `oktail config defaults` prints.
std::string config_defaults(const SinkTypes& types);

/// The same as docs/configuration.md.
std::string config_reference(const SinkTypes& types);

}  // namespace oktail
