#pragma once

#include "support/test_authority.hpp"

#include <openssl/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace oktail {

/// A TLS server on loopback that does exactly what a test tells it, wrong things too: one script per connection, in the order
/// they come, each on a thread of its own and blocking. A script ends early, quietly, when its client is gone.
class MisbehavingServer {
public:
    class Peer {
    public:
        Peer() = default;
        Peer(const Peer&) = delete;
        Peer& operator=(const Peer&) = delete;
        virtual ~Peer() = default;

        virtual void handshake() = 0;
        virtual bool is_resumed() = 0;
        /// Head and body.
        virtual std::string read_request() = 0;
        virtual void send(std::string_view bytes) = 0;
        /// Past TLS, as whoever is in between could.
        virtual void send_raw(std::string_view bytes) = 0;
        /// The rest of the connection, until the client ends it.
        virtual void wait_for_end() = 0;
        virtual void close() = 0;  ///< with a close_notify
        virtual void cut() = 0;    ///< without
        virtual void reset() = 0;  ///< by an RST
    };
    using Script = std::function<void(Peer&)>;

    using Tune = std::function<void(SSL_CTX*)>;

    /// `tune` may make TLS itself odd.
    explicit MisbehavingServer(const TestIdentity& identity, const Tune& tune = [](SSL_CTX*) {});
    ~MisbehavingServer();

    std::uint16_t port() const;
    /// After the handshake. A connection without a script is reset.
    void next(Script script);
    /// Before the handshake.
    void next_raw(Script script);
    int connections() const;

private:
    class Body;
    std::unique_ptr<Body> body_;
};

}  // namespace oktail
