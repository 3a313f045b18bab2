#include "net/byte_stream.hpp"

#include "net/time_limit.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>

#include <limits>
#include <type_traits>

namespace oktail {
namespace {

namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = ssl::stream<tcp::socket>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

void set(const tcp::socket& socket, int level, int option, int value) {
    // Without them a dead peer is noticed later, by whoever waits for progress.
    static_cast<void>(::setsockopt(const_cast<tcp::socket&>(socket).native_handle(), level, option, &value, sizeof value));
}

void notice_death(const tcp::socket& socket, std::chrono::milliseconds dead_after) {
    const int seconds = static_cast<int>(dead_after.count() / 1000);
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, std::max(1, seconds / 3));
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 6));
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, 4);
    set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(dead_after.count()));
}

Error trouble(const error_code& ec) {
    if (ec == asio::error::eof) return Error(ErrorKind::transient, "the peer closed the connection", ec);
    if (ec == ssl::error::stream_truncated) return Error(ErrorKind::transient, "the peer cut the connection", ec);
    return Error(ErrorKind::transient, peer_trouble(ec), ec);
}

template <class Stream>
class AsioStream : public ByteStream {
public:
    AsioStream(Stream stream, std::string peer) : stream_(std::move(stream)), description_(std::move(peer)) {
        if constexpr (std::is_same_v<Stream, TlsStream>)
            description_ += std::string(" ") + SSL_get_version(stream_.native_handle());
    }

    asio::awaitable<Result<std::size_t>> read_some(char* to, std::size_t most) override {
        auto [ec, count] = co_await stream_.async_read_some(asio::buffer(to, most), as_result);
        if (ec) co_return trouble(ec);
        co_return count;
    }

    asio::awaitable<Result<void>> write(std::string_view bytes) override {
        const asio::const_buffer all(bytes.data(), bytes.size());
        auto [ec, count] = co_await asio::async_write(stream_, all, as_result);
        static_cast<void>(count);
        if (ec) co_return trouble(ec);
        co_return Result<void>();
    }

    asio::awaitable<void> finish(std::chrono::milliseconds patience) override {
        error_code ignored;
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            auto executor = co_await asio::this_coro::executor;
            const auto end = [this] { close(); };
            const TimeLimit limit(executor, patience, end);
            auto [ec] = co_await stream_.async_shutdown(as_result);
            static_cast<void>(ec);
        } else {
            static_cast<void>(patience);
        }
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        close();
    }

    std::size_t unacknowledged() const override {
        int bytes = 0;
        const int fd = const_cast<AsioStream*>(this)->socket().native_handle();
        return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : std::numeric_limits<std::size_t>::max();
    }

    bool was_reset() const override {
        tcp_info now{};
        socklen_t size = sizeof now;
        const int fd = const_cast<AsioStream*>(this)->socket().native_handle();
        return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &now, &size) != 0 || now.tcpi_state == TCP_CLOSE;
    }

    void close() noexcept override {
        error_code ignored;
        socket().close(ignored);
    }

    std::string description() const override { return description_; }

private:
    tcp::socket& socket() {
        if constexpr (std::is_same_v<Stream, TlsStream>) return stream_.next_layer();
        else return stream_;
    }

    Stream stream_;
    std::string description_;
};

std::string name_of(const tcp::socket& socket) {
    error_code gone;  // it may be closed already
    const auto peer = socket.remote_endpoint(gone);
    return gone ? "?" : HostPort(peer.address().to_string(), peer.port()).text();
}

asio::awaitable<Result<void>> connect(tcp::socket& socket, const Peer& to, const asio::ip::address& address,
                                      std::chrono::milliseconds patience) {
    auto executor = co_await asio::this_coro::executor;
    const auto close = [&socket] {
        error_code ignored;
        socket.close(ignored);
    };
    const TimeLimit limit(executor, patience, close);
    const tcp::endpoint endpoint(address, to.address.port);
    auto [ec] = co_await socket.async_connect(endpoint, as_result);
    if (limit.passed()) co_return Error(ErrorKind::transient, "it does not answer", asio::error::timed_out);
    if (ec) co_return trouble(ec);
    notice_death(socket, to.dead_after);
    co_return Result<void>();
}

asio::awaitable<Result<tcp::socket>> connect_to_any(const Peer& to, Resolver& resolver, std::stop_token stop) {
    auto addresses = co_await resolver.resolve(to.address.host, stop);
    if (!addresses) co_return addresses.error();
    auto executor = co_await asio::this_coro::executor;
    Error last(ErrorKind::transient, "no address");
    for (const asio::ip::address& address : *addresses) {
        tcp::socket socket(executor);
        const auto close = [&socket] {
            error_code ignored;
            socket.close(ignored);
        };
        const std::stop_callback on_stop(stop, close);
        if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while connecting");
        const auto share = to.patience / static_cast<long>(addresses->size());
        const auto connected = co_await connect(socket, to, address, share);
        if (connected) co_return std::move(socket);
        last = connected.error();
    }
    resolver.doubt(to.address.host);
    co_return last;
}

asio::awaitable<Result<void>> handshake(TlsStream& stream, const Peer& to, std::stop_token stop) {
    auto executor = co_await asio::this_coro::executor;
    SSL* const connection = stream.native_handle();
    expect_peer(connection, to.server_name.empty() ? to.address.host : to.server_name);
    const auto close = [&stream] {
        error_code ignored;
        stream.next_layer().close(ignored);
    };
    const TimeLimit limit(executor, to.patience, close);
    const std::stop_callback on_stop(stop, close);
    auto [ec] = co_await stream.async_handshake(ssl::stream_base::client, as_result);
    if (limit.passed()) co_return Error(ErrorKind::transient, "TLS: it does not answer", asio::error::timed_out);
    if (!ec) co_return Result<void>();
    const bool is_theirs = SSL_get_verify_result(connection) == X509_V_OK && ec.category() == asio::error::get_ssl_category();
    const std::string why = is_theirs ? peer_trouble(ec) : handshake_trouble(connection, ec);
    co_return Error(ErrorKind::transient, "TLS: " + why, ec);
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<ByteStream>>> dial(Peer to, Resolver& resolver, std::stop_token stop) {
    auto socket = co_await connect_to_any(to, resolver, stop);
    if (!socket) co_return socket.error();
    std::string peer = name_of(*socket);
    std::unique_ptr<ByteStream> made;
    if (!to.tls) {
        made = std::make_unique<AsioStream<tcp::socket>>(std::move(*socket), std::move(peer));
        co_return made;
    }
    TlsStream stream(std::move(*socket), *to.tls);
    const auto trusted = co_await handshake(stream, to, stop);
    if (!trusted) co_return trusted.error();
    made = std::make_unique<AsioStream<TlsStream>>(std::move(stream), std::move(peer));
    co_return made;
}

}  // namespace oktail
