#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/listen_address.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// Names and values in the order and the case of the wire; a name may be there more than once.
using HeaderLines = std::vector<std::pair<std::string, std::string>>;

/// One request as it came, its body whole.
class ServerRequest {
public:
    ServerRequest() = default;
    ServerRequest(std::string method, std::string target, HeaderLines headers = {}, std::string body = {})
        : method(std::move(method)), target(std::move(target)), headers(std::move(headers)), body(std::move(body)) {}

    /// The first header of that name, in any case.
    std::optional<std::string_view> find(std::string_view name) const;

    std::string method;
    std::string target;  ///< path and query, byte for byte
    HeaderLines headers;
    std::string body;
    /// Whether the client has closed its end by now. Empty for a request that came over no connection.
    std::function<bool()> peer_left;
    std::optional<uid_t> peer_uid;  ///< over a Unix socket: whose process it is
};

/// What happens to an answer on its way out. The defaults deliver it; the rest is for testing clients.
class Transmission {
public:
    enum class Ending : std::uint8_t { keep_alive, close, reset };

    std::chrono::milliseconds stall{0};       ///< before the first byte
    bool silent = false;                      ///< no byte at all, then `ending`
    std::optional<std::size_t> cut_after;     ///< bytes of the body that go out before `ending`
    std::optional<std::size_t> claimed_size;  ///< Content-Length, when it is to lie
    bool chunked = false;                     ///< chunked framing instead of Content-Length
    std::size_t piece = 256 * 1024;           ///< bytes of the body that go out in one write
    std::chrono::milliseconds pause{0};       ///< between pieces
    Ending ending = Ending::keep_alive;
};

/// The server adds the status line, the framing (Content-Length or Transfer-Encoding) and `Connection: close`; the rest is
/// the handler's.
class ServerResponse {
public:
    ServerResponse() = default;
    explicit ServerResponse(unsigned status, HeaderLines headers = {}, std::string body = {})
        : status(status), headers(std::move(headers)), body(std::make_shared<const std::string>(std::move(body))) {}

    std::string_view text() const noexcept { return body ? std::string_view(*body) : std::string_view(); }

    unsigned status = 200;
    HeaderLines headers;
    std::shared_ptr<const std::string> body;
    Transmission transmission;
    /// Let go just before the last bytes go out: whatever it stands for is over before the client can send again.
    std::shared_ptr<const void> held;
};

using ServerHandler = std::function<asio::awaitable<ServerResponse>(ServerRequest)>;

class ServerOptions {
public:
    /// A socket file of a dead server is replaced; ours goes with stop().
    ListenAddress listen;
    mode_t socket_mode = 0600;    ///< of the socket file
    std::string certificate_pem;  ///< with the key: TLS 1.2 or 1.3; without: plain HTTP
    std::string key_pem;
    std::size_t max_header = 64 * 1024;
    std::size_t max_body = 1024 * 1024;
    std::size_t max_connections = 10'000;
    std::chrono::milliseconds idle_timeout{75'000};   ///< for the next request, its header included
    std::chrono::milliseconds input_timeout{30'000};  ///< for a handshake, and for a body
    std::chrono::milliseconds write_timeout{60'000};  ///< for one piece
};

/// HTTP/1.1 with keep-alive over TCP or a Unix socket, plain or TLS. Everything on one executor, that of one thread.
class HttpServer {
public:
    /// Takes the address; clients wait in the kernel's queue until start(). The handler must not throw; its coroutine is the
    /// connection's own, so a slow one holds only its client.
    static Result<std::unique_ptr<HttpServer>> listen(asio::any_io_executor executor, Clock& clock, ServerOptions options,
                                                      ServerHandler handler);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// Once started, after stop() only.
    ~HttpServer();

    void start();
    /// What it took: the port that was free.
    ListenAddress address() const;
    std::uint16_t port() const { return address().port(); }
    /// Closes the door and the idle connections, gives running answers `grace`, cuts what is left, and returns when nothing
    /// runs any more.
    asio::awaitable<void> stop(std::chrono::milliseconds grace);

private:
    struct State;
    explicit HttpServer(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace oktail
