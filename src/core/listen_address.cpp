#include <oktail/core/listen_address.hpp>

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace oktail {
namespace {

constexpr std::string_view scheme = "unix:";

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return port;
}

}  // namespace

ListenAddress ListenAddress::at(std::string ip, std::uint16_t port) {
    ListenAddress address;
    address.ip_ = std::move(ip);
    address.port_ = port;
    return address;
}

ListenAddress ListenAddress::socket_file(std::string path) {
    ListenAddress address;
    address.path_ = std::move(path);
    return address;
}

std::optional<ListenAddress> ListenAddress::parse(std::string_view text) {
    if (text.starts_with(scheme)) {
        const std::string_view path = text.substr(scheme.size());
        if (!path.starts_with('/') || path.size() > longest_path) return std::nullopt;
        return socket_file(std::string(path));
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = port_of(text.substr(colon + 1));
    std::string_view ip = text.substr(0, colon);
    const bool bracketed = ip.starts_with('[') && ip.ends_with(']');
    if (bracketed) ip = ip.substr(1, ip.size() - 2);
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(ip, ec);
    if (ec || !port || address.is_v6() != bracketed) return std::nullopt;
    return at(std::string(ip), *port);
}

bool ListenAddress::is_local() const {
    boost::system::error_code ec;
    return is_socket_file() || boost::asio::ip::make_address(ip_, ec).is_loopback();
}

std::string ListenAddress::text() const {
    if (is_socket_file()) return std::string(scheme) + path_;
    const bool v6 = ip_.find(':') != std::string::npos;
    return (v6 ? "[" + ip_ + "]" : ip_) + ":" + std::to_string(port_);
}

}  // namespace oktail
