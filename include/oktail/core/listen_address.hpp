#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Where a server listens: an IP address and a port, or a Unix socket.
class ListenAddress {
public:
    static constexpr std::size_t longest_path = 107;  ///< of a Unix socket (unix(7))

    ListenAddress() = default;
    static ListenAddress at(std::string ip, std::uint16_t port);
    static ListenAddress socket_file(std::string path);
    /// "127.0.0.1:9464", "[::1]:9464", "unix:/run/oktail/admin.sock". nullopt for anything else: names of hosts, relative
    /// paths.
    static std::optional<ListenAddress> parse(std::string_view text);

    bool is_socket_file() const noexcept { return !path_.empty(); }
    /// Nobody reaches it from another machine.
    bool is_local() const;
    const std::string& ip() const noexcept { return ip_; }
    std::uint16_t port() const noexcept { return port_; }
    const std::string& path() const noexcept { return path_; }
    /// As parse() reads it.
    std::string text() const;

    bool operator==(const ListenAddress&) const = default;

private:
    std::string ip_ = "127.0.0.1";
    std::uint16_t port_ = 0;  // 0: any free one
    std::string path_;
};

}  // namespace oktail
