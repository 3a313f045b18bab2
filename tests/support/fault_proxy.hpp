#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace oktail {

/// What goes wrong with one direction of a connection, at a byte counted from its first one.
class LineFault {
public:
    enum class Kind : std::uint8_t {
        none,
        cut,      ///< an end of the stream there
        reset,    ///< an RST
        stall,    ///< nothing more, and the connection stays
        corrupt,  ///< that byte has a bit flipped
        delay,    ///< `pause` before that byte
        slice,    ///< from there on some kB in pieces of one byte
    };

    LineFault() = default;
    LineFault(Kind kind, std::size_t at, std::chrono::milliseconds pause = {}) : kind(kind), at(at), pause(pause) {}

    Kind kind = Kind::none;
    std::size_t at = 0;
    std::chrono::milliseconds pause{};
};

/// A TCP proxy on loopback that spoils what it passes on: connection by connection, as the test says. Each has threads of its
/// own; all end with the object.
class FaultProxy {
public:
    /// The faults of a connection: on the way to the client, and to the server.
    struct Line {
        LineFault to_client;
        LineFault to_server;
    };
    /// What it does with the head of a CONNECT request: the answer to give; behind one of 200 the tunnel begins. nullopt: none.
    using Gatekeeper = std::function<std::optional<std::string>(const std::string& head)>;

    /// Passes on to 127.0.0.1:`server`. `faults` is asked for each connection, counted from 0, on a thread of the proxy.
    FaultProxy(std::uint16_t server, std::function<Line(int connection)> faults);
    /// An HTTP proxy: passes on to wherever the client asks to be connected to, on loopback.
    explicit FaultProxy(Gatekeeper gatekeeper);
    ~FaultProxy();

    std::uint16_t port() const;
    int connections() const;

private:
    class Body;
    std::unique_ptr<Body> body_;
};

}  // namespace oktail
