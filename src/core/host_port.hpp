#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Where TCP goes: a name or an IP address, and a port.
class HostPort {
public:
    HostPort() = default;
    HostPort(std::string host, std::uint16_t port) : host(std::move(host)), port(port) {}
    bool operator==(const HostPort&) const = default;

    /// As it is written: "host:port", "[::1]:8443".
    std::string text() const;

    std::string host;
    std::uint16_t port = 0;
};

/// "host:port", "[::1]:8443". nullopt for anything else.
std::optional<HostPort> parse_host_port(std::string_view text);

}  // namespace oktail
