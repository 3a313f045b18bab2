#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "core/host_port.hpp"
#include "net/resolver.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace oktail {

/// A connection to one peer, plain or TLS, that is written and read at the same time. One shard; one read and one write at a
/// time. After the first error nothing works any more.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    /// At least one byte; how many. Errors: transient, with boost::asio::error::eof as its code where the peer has closed
    /// the connection as one should.
    virtual asio::awaitable<Result<std::size_t>> read_some(char* to, std::size_t most) = 0;
    /// All of it is in our kernel's hands. `bytes` stay until then. Errors: transient.
    virtual asio::awaitable<Result<void>> write(std::string_view bytes) = 0;
    /// Tells the peer that nothing follows. Within `patience`.
    virtual asio::awaitable<void> finish(std::chrono::milliseconds patience) = 0;
    /// Bytes that the peer's kernel has not acknowledged (SIOCOUTQ).
    virtual std::size_t unacknowledged() const = 0;
    /// A reset came, maybe behind what looked like a good end: whoever closes a connection with something unread resets it
    /// (RFC 1122 §4.2.2.13).
    virtual bool was_reset() const = 0;
    /// Ends whatever goes on.
    virtual void close() noexcept = 0;
    /// "127.0.0.1:6514 TLSv1.3"
    virtual std::string description() const = 0;
};

/// How to reach a peer.
class Peer {
public:
    HostPort address;
    std::shared_ptr<boost::asio::ssl::context> tls;  ///< nullptr: none
    std::string server_name;                         ///< whom its certificate must name; empty: the host of the address
    std::chrono::milliseconds patience{10'000};      ///< to connect, shared by its addresses, and again for the handshake
    std::chrono::milliseconds dead_after{30'000};    ///< a peer that has acknowledged nothing for so long is gone
};

/// Tries each address of the name. With TLS the peer has proven who it is. Errors: transient, stopped.
asio::awaitable<Result<std::unique_ptr<ByteStream>>> dial(Peer to, Resolver& resolver, std::stop_token stop);

}  // namespace oktail
