#pragma once

#include "support/test_authority.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace oktail {

/// How bytes go over a connection: as they are, or by TLS. Blocking.
class Wire {
public:
    virtual ~Wire() = default;
    virtual bool send(std::string_view bytes) = 0;
    /// 0: the end.
    virtual std::size_t receive(char* to, std::size_t most) = 0;
    /// A wire of its own thread may still receive.
    virtual void end() = 0;
};

/// A receiver on loopback that does as little as one can: it reads and drops, or answers each RELP frame. One connection, on a
/// thread of its own.
class SyslogDrain {
public:
    enum class Kind : std::uint8_t { tcp, tls, relp };

    SyslogDrain(Kind kind, const TestIdentity& identity);
    SyslogDrain(const SyslogDrain&) = delete;
    SyslogDrain& operator=(const SyslogDrain&) = delete;
    /// The connection has been ended by then.
    ~SyslogDrain();

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    /// The plainest client there is.
    std::unique_ptr<Wire> dial() const;

private:
    void serve(const TestIdentity& identity);

    Kind kind_;
    int listener_;
    std::uint16_t port_;
    std::thread thread_;
};

}  // namespace oktail
