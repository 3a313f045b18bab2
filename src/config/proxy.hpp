#pragma once

#include <oktail/config/key_table.hpp>
#include <oktail/model/origin.hpp>

#include "config/interpolation.hpp"

#include <string>

namespace oktail {

/// The proxy that the key says for an org, as "host:port"; empty: none. `from_env` asks https_proxy and no_proxy, in lower
/// case first, as curl does. What cannot be used is among the problems.
std::string read_proxy(const std::string& text, const Origin& org, const ConfigPlace& place, const Environment& environment,
                       Problems& problems);

}  // namespace oktail
