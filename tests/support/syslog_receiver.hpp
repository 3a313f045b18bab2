#pragma once

#include "support/test_authority.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// A syslog receiver on loopback that takes nothing but what the RFCs allow, and does to its clients what a test tells it. On a
/// thread of its own.
class SyslogReceiver {
public:
    enum class Kind : std::uint8_t { octets, lf, relp, udp };

    class Options {
    public:
        Kind kind = Kind::octets;
        std::optional<TestIdentity> identity;  ///< TLS
        std::string client_ca;                 ///< PEM; clients must show a certificate of it
        std::uint16_t port = 0;                ///< 0: any
        std::size_t receive_buffer = 0;        ///< bytes; 0: the system's
        /// Of RELP: what the receiver answers to a message; empty: nothing.
        std::function<std::string(std::string_view message)> answer = [](std::string_view) { return "200 OK"; };
    };

    explicit SyslogReceiver(Options options);
    ~SyslogReceiver();

    std::uint16_t port() const noexcept;
    std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

    /// What has come, message by message, of all connections in turn.
    std::vector<std::string> messages() const;
    /// The same, when nothing more has come for a moment: what a kernel has taken, its process reads later.
    std::vector<std::string> messages_when_quiet() const;
    /// True as soon as there are so many; false after 20 s.
    bool wait_for(std::size_t count) const;
    /// What no receiver would understand; empty if all was well.
    std::vector<std::string> violations() const;
    std::size_t connections() const;

    /// From now on nothing is read.
    void stop_reading();
    void go_on_reading();
    /// Resets every connection, whatever is unread, as the kernel does for a process that was killed.
    void reset_all();
    /// Closes every connection when all has been read, as a process does that ends.
    void close_all();

private:
    class Body;
    std::shared_ptr<Body> body_;
};

}  // namespace oktail
