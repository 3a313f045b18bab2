#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace oktail {

/// The service manager's end of sd_notify(3).
class NotifySocket {
public:
    /// `name` as in $NOTIFY_SOCKET: a path, or '@' and an abstract name.
    explicit NotifySocket(std::string name) : name_(std::move(name)), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name_.copy(address.sun_path, sizeof address.sun_path);
        if (name_[0] == '@') address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0) throw std::runtime_error("bind " + name_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;
    ~NotifySocket() { ::close(socket_); }

    const std::string& name() const { return name_; }
    std::string variable() const { return "NOTIFY_SOCKET=" + name_; }

    /// The next datagram; empty: none came in time.
    std::string next(std::chrono::milliseconds patience = std::chrono::milliseconds(0)) {
        std::array<pollfd, 1> readable{{{socket_, POLLIN, 0}}};
        if (::poll(readable.data(), 1, static_cast<int>(patience.count())) != 1) return {};
        std::array<char, 4096> bytes{};
        const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
        return {bytes.data(), static_cast<std::size_t>(size)};
    }

    /// Reads until a datagram contains `text`; that datagram. Empty: none came in time.
    std::string until(const std::string& text, std::chrono::milliseconds patience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        for (;;) {
            const auto left = deadline - std::chrono::steady_clock::now();
            std::string datagram =
                next(std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(left)));
            if (datagram.empty() || datagram.find(text) != std::string::npos) return datagram;
        }
    }

private:
    std::string name_;
    int socket_;
};

}  // namespace oktail
