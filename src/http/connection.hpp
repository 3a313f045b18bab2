#pragma once

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>
#include <oktail/http/http_client.hpp>

#include "http/http_shared.hpp"
#include "net/deadline.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <stop_token>
#include <string>

namespace oktail {

/// One TLS connection: opened, then used for one exchange after the other, until the first trouble. Any call may fail with
/// whatever close() causes; whoever closed it knows why. One shard.
class Connection {
public:
    /// `context`, `shared` and `session` outlive it.
    Connection(asio::any_io_executor executor, boost::asio::ssl::context& context, HttpShared& shared);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Gives up after `patience`, or the deadline of connecting where that is shorter. Errors: transient, without saying who:
    /// the caller knows.
    asio::awaitable<Result<void>> connect(asio::ip::address address, std::uint16_t port, SteadyTime::duration patience);
    /// Through the proxy that it is connected to: sends `request` and waits for the answer that opens the tunnel. `authorized`:
    /// credentials were sent. Errors: transient.
    asio::awaitable<Result<void>> tunnel(Secret request, bool authorized, const Deadline& deadline);
    /// Nothing is sent before the server has proven to be `host`. Errors: transient.
    asio::awaitable<Result<void>> handshake(const std::string& host, TlsSession& session, const Deadline& deadline);
    /// Sends `text` and reads the answer, within the limits of `request`. `stop` ends the waits for memory and for a slot.
    /// Errors: transient, stopped.
    asio::awaitable<Result<HttpResponse>> exchange(Secret text, const HttpRequest& request, Deadline& deadline,
                                                   std::stop_token stop);
    /// Ends whatever goes on. Also the way to stop.
    void close() noexcept;

    /// Ready for another exchange: the last answer was whole, allowed it, and nothing came behind it.
    bool is_reusable() const;
    /// The last exchange failed as it does when the server had closed the connection before: not a byte came back.
    bool was_closed_before() const noexcept;
    /// "TLSv1.3", and whether a session was resumed; for the log.
    std::string protocol() const;
    bool is_resumed() const;

private:
    class Wire;
    std::unique_ptr<Wire> wire_;  // hides Beast and Asio's TLS: what instantiates them takes 10 s to compile
};

}  // namespace oktail
