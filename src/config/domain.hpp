#pragma once

#include <oktail/config/key_table.hpp>
#include <oktail/model/origin.hpp>

#include <optional>
#include <string>

namespace oktail {

/// The origin of an org, from its domain as people paste it: "Acme.okta.com", "https://acme.okta.com/", "acme.okta.com:8443".
/// nullopt: it is among the problems why.
std::optional<Origin> parse_domain(const std::string& text, const ConfigPlace& place, Problems& problems);

/// "host:port", "[::1]:8443"
bool is_host_and_port(const std::string& text);

}  // namespace oktail
