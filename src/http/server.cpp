#include "http/server.hpp"

#include "core/assert.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"
#include "http/socket_file.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <list>
#include <stop_token>

namespace oktail {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;  // TCP and Unix sockets alike
using Socket = Protocol::socket;
using Endpoint = Protocol::endpoint;
using PlainStream = beast::basic_stream<Protocol>;
using TlsStream = asio::ssl::stream<PlainStream>;
using Parser = http::request_parser<http::string_body>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds breath{100};  // between looks at something that sends no notice

/// A socket that somebody may want to look at or to close while its own coroutine is busy elsewhere.
class Connection {
public:
    explicit Connection(PlainStream& stream) : stream_(&stream) {}

    bool peer_left() const {
        if (!stream_ || !stream_->socket().is_open()) return true;
        pollfd look{stream_->socket().native_handle(), POLLRDHUP, 0};
        return ::poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    }
    void close() {
        if (stream_) stream_->close();
    }
    void forget_stream() { stream_ = nullptr; }
    std::optional<uid_t> peer_uid() { return oktail::peer_uid(stream_->socket().native_handle()); }

    bool idle = true;

private:
    PlainStream* stream_;
};

ServerRequest taken_from(Parser& parser, std::shared_ptr<Connection> connection) {
    auto message = parser.release();
    HeaderLines headers;
    for (const auto& field : message) headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    ServerRequest request(std::string(message.method_string()), std::string(message.target()), std::move(headers),
                          std::move(message.body()));
    request.peer_uid = connection->peer_uid();
    request.peer_left = [connection = std::move(connection)] { return connection->peer_left(); };
    return request;
}

/// The status to leave with when a request cannot be read; 0: nobody is there to be told.
unsigned status_of(const error_code& ec) {
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
    if (ec == http::error::body_limit) return 413;
    if (ec == http::error::partial_message) return 0;
    return ec.category() == http::make_error_code(http::error::bad_target).category() ? 400 : 0;
}

std::string head_of(const ServerResponse& response, bool stays) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head.append(http::obsolete_reason(static_cast<http::status>(response.status))).append("\r\n");
    for (const auto& [name, value] : response.headers) head.append(name).append(": ").append(value).append("\r\n");
    const std::size_t size = response.transmission.claimed_size.value_or(response.text().size());
    const bool bodiless = response.status == 204 || response.status == 304;
    if (response.transmission.chunked) head.append("Transfer-Encoding: chunked\r\n");
    else if (!bodiless) head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
    if (!stays) head.append("Connection: close\r\n");
    return head.append("\r\n");
}

std::string chunk_head(std::size_t size, bool first) {
    std::array<char, 24> text{};
    const int n = std::snprintf(text.data(), text.size(), first ? "%zx\r\n" : "\r\n%zx\r\n", size);
    return {text.data(), static_cast<std::size_t>(n)};
}

void reset(PlainStream& stream) {
    error_code ignored;
    stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    stream.close();
}

Endpoint endpoint_of(const ListenAddress& listen, error_code& ec) {
    if (listen.is_socket_file()) {
        if (listen.path().size() <= ListenAddress::longest_path) return asio::local::stream_protocol::endpoint(listen.path());
        ec = error_code(ENAMETOOLONG, boost::system::system_category());
        return {};
    }
    const auto address = asio::ip::make_address(listen.ip(), ec);
    return tcp::endpoint(address, listen.port());
}

std::uint16_t port_of(const Endpoint& endpoint) {
    tcp::endpoint known;
    known.resize(endpoint.size());
    std::memcpy(known.data(), endpoint.data(), endpoint.size());
    return known.port();
}

}  // namespace

std::optional<std::string_view> ServerRequest::find(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (beast::iequals(key, name)) return value;
    return std::nullopt;
}

struct HttpServer::State {
    State(asio::any_io_executor executor, Clock& clock, ServerOptions options, ServerHandler handler)
        : clock(clock), options(std::move(options)), handler(std::move(handler)), acceptor(executor), group(executor) {}

    bool stopping() const { return stop.stop_requested(); }
    error_code open();

    asio::awaitable<void> accept_all();
    asio::awaitable<void> serve_plain(Socket socket);
    asio::awaitable<void> serve_tls(Socket socket);
    template <class Stream>
    asio::awaitable<void> converse(Stream& stream);
    template <class Stream>
    asio::awaitable<bool> read(Stream& stream, beast::flat_buffer& buffer, Parser& parser, Connection& connection);
    template <class Stream>
    asio::awaitable<error_code> read_header(Stream& stream, beast::flat_buffer& buffer, Parser& parser);
    template <class Stream>
    asio::awaitable<bool> send(Stream& stream, ServerResponse response, bool stays, Connection& connection);
    template <class Stream>
    asio::awaitable<bool> send_body(Stream& stream, ServerResponse& response, std::string head);
    template <class Stream>
    asio::awaitable<bool> write(Stream& stream, std::string_view before, std::string_view bytes, std::string_view after);
    asio::awaitable<void> stall(std::chrono::milliseconds span, Connection& connection);

    Clock& clock;
    ServerOptions options;
    ServerHandler handler;
    std::optional<asio::ssl::context> tls;
    asio::basic_socket_acceptor<Protocol> acceptor;
    std::list<std::shared_ptr<Connection>> connections;
    std::stop_source stop;
    TaskGroup group;
};

error_code HttpServer::State::open() {
    error_code ec;
    if (!options.certificate_pem.empty()) {
        tls.emplace(asio::ssl::context::tls_server);
        tls->set_options(asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                             asio::ssl::context::no_tlsv1_1,
                         ec);
        if (!ec) tls->use_certificate_chain(asio::buffer(options.certificate_pem), ec);
        if (!ec) tls->use_private_key(asio::buffer(options.key_pem), asio::ssl::context::pem, ec);
        if (ec) return ec;
    }
    const Endpoint endpoint = endpoint_of(options.listen, ec);
    const bool file = options.listen.is_socket_file();
    if (!ec && file) ec = remove_dead_socket(options.listen.path());
    if (ec) return ec;
    acceptor.open(endpoint.protocol(), ec);
    if (!ec && !file) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    // Nobody can connect before listen(), so nobody slips in under the umask's mode.
    if (!ec && file && ::chmod(options.listen.path().c_str(), options.socket_mode) != 0)
        ec = error_code(errno, boost::system::system_category());
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec && !file) options.listen = ListenAddress::at(options.listen.ip(), port_of(acceptor.local_endpoint(ec)));
    return ec;
}

asio::awaitable<void> HttpServer::State::accept_all() {
    while (!stopping()) {
        auto [ec, socket] = co_await acceptor.async_accept(token);
        if (stopping()) co_return;
        if (ec) {  // out of descriptors: others must close first
            co_await clock.sleep_for(breath, stop.get_token());
            continue;
        }
        if (connections.size() >= options.max_connections) continue;
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);  // a Unix socket has no such thing
        group.spawn(tls ? serve_tls(std::move(socket)) : serve_plain(std::move(socket)));
    }
}

asio::awaitable<void> HttpServer::State::serve_plain(Socket socket) {
    PlainStream stream(std::move(socket));
    co_await converse(stream);
    error_code ignored;
    stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

asio::awaitable<void> HttpServer::State::serve_tls(Socket socket) {
    TlsStream stream(PlainStream(std::move(socket)), *tls);
    stream.next_layer().expires_after(options.input_timeout);
    auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
    if (ec) co_return;
    co_await converse(stream);
    if (!stream.next_layer().socket().is_open()) co_return;
    stream.next_layer().expires_after(breath);
    auto [ignored] = co_await stream.async_shutdown(token);
    static_cast<void>(ignored);
}

template <class Stream>
asio::awaitable<void> HttpServer::State::converse(Stream& stream) {
    const auto connection = std::make_shared<Connection>(beast::get_lowest_layer(stream));
    const auto place = connections.insert(connections.end(), connection);
    // Also when a hard cancel unwinds us: requests that were handed out still hold the connection.
    const auto leave = [this, place](Connection* left) {
        left->forget_stream();
        connections.erase(place);
    };
    const std::unique_ptr<Connection, decltype(leave)> guard(connection.get(), leave);

    beast::flat_buffer buffer(options.max_header + options.max_body);
    bool goes_on = true;
    while (goes_on && !stopping()) {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(options.max_header));
        parser.body_limit(options.max_body);
        const bool whole = co_await read(stream, buffer, parser, *connection);
        if (!whole) co_return;
        const bool stays = parser.keep_alive() && !stopping();
        ServerRequest request = taken_from(parser, connection);
        ServerResponse response = co_await handler(std::move(request));
        goes_on = co_await send(stream, std::move(response), stays, *connection);
        connection->idle = true;
    }
}

/// False: nothing came that could be answered, or what came has had its refusal.
template <class Stream>
asio::awaitable<bool> HttpServer::State::read(Stream& stream, beast::flat_buffer& buffer, Parser& parser,
                                              Connection& connection) {
    beast::get_lowest_layer(stream).expires_after(options.idle_timeout);
    error_code ec = co_await read_header(stream, buffer, parser);
    connection.idle = false;
    if (!ec) {
        beast::get_lowest_layer(stream).expires_after(options.input_timeout);
        auto [body_ec, body_bytes] = co_await http::async_read(stream, buffer, parser, token);
        static_cast<void>(body_bytes);
        ec = body_ec;
    }
    if (!ec) co_return true;
    const unsigned status = status_of(ec);
    if (status != 0) {
        ServerResponse refusal(status);
        const bool stays = co_await send(stream, std::move(refusal), false, connection);
        static_cast<void>(stays);
    }
    co_return false;
}

/// Beast's own loop would count from zero again behind every whole line, so that lines might come without end.
template <class Stream>
asio::awaitable<error_code> HttpServer::State::read_header(Stream& stream, beast::flat_buffer& buffer, Parser& parser) {
    std::size_t parsed = 0;
    for (;;) {
        error_code ec = http::error::need_more;
        if (buffer.size() != 0) {
            const std::size_t used = parser.put(buffer.data(), ec);
            buffer.consume(used);
            parsed += used;
        }
        if (parsed > options.max_header) co_return http::error::header_limit;
        if (ec != http::error::need_more) co_return ec;
        const std::size_t room = beast::read_size(buffer, 16 * 1024);
        if (room == 0) co_return http::error::header_limit;
        auto [read_ec, count] = co_await stream.async_read_some(buffer.prepare(room), token);
        if (read_ec) co_return read_ec;
        buffer.commit(count);
    }
}

/// True: the connection can carry another request.
template <class Stream>
asio::awaitable<bool> HttpServer::State::send(Stream& stream, ServerResponse response, bool stays, Connection& connection) {
    const Transmission& transmission = response.transmission;
    if (transmission.ending != Transmission::Ending::keep_alive) stays = false;
    if (transmission.stall.count() > 0) co_await stall(transmission.stall, connection);
    bool sent = false;
    if (!transmission.silent && !connection.peer_left()) {
        // A cut must come as a surprise, so such an answer does not announce the end.
        std::string head = head_of(response, stays || transmission.cut_after);
        sent = co_await send_body(stream, response, std::move(head));
    }
    response.held.reset();
    auto& lowest = beast::get_lowest_layer(stream);
    if (transmission.ending == Transmission::Ending::reset) reset(lowest);
    // No close_notify either: a cut connection is one that just ends.
    else if (transmission.silent || transmission.cut_after) lowest.close();
    co_return sent&& stays && !transmission.cut_after;
}

template <class Stream>
asio::awaitable<bool> HttpServer::State::send_body(Stream& stream, ServerResponse& response, std::string head) {
    const Transmission& transmission = response.transmission;
    std::string_view rest = response.text();
    if (transmission.cut_after) rest = rest.substr(0, *transmission.cut_after);
    const std::size_t most = std::max<std::size_t>(1, transmission.piece);
    const bool ends = transmission.chunked && !transmission.cut_after;
    bool first = true;
    for (;;) {
        const std::string_view piece = rest.substr(0, most);
        rest.remove_prefix(piece.size());
        const bool last = rest.empty();
        if (last) response.held.reset();
        if (transmission.chunked && !piece.empty()) head += chunk_head(piece.size(), first);
        std::string_view tail;
        if (ends && last) tail = piece.empty() ? "0\r\n\r\n" : "\r\n0\r\n\r\n";
        const bool written = co_await write(stream, head, piece, tail);
        if (!written || last) co_return written;
        head.clear();
        first = false;
        if (transmission.pause.count() > 0) co_await clock.sleep_for(transmission.pause, stop.get_token());
        if (stopping() && transmission.pause.count() > 0) co_return false;
    }
}

template <class Stream>
asio::awaitable<bool> HttpServer::State::write(Stream& stream, std::string_view before, std::string_view bytes,
                                               std::string_view after) {
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(before), asio::buffer(bytes), asio::buffer(after)};
    beast::get_lowest_layer(stream).expires_after(options.write_timeout);
    auto [ec, count] = co_await asio::async_write(stream, buffers, token);
    static_cast<void>(count);
    co_return !ec;
}

asio::awaitable<void> HttpServer::State::stall(std::chrono::milliseconds span, Connection& connection) {
    const SteadyTime end = clock.now() + span;
    while (clock.now() < end && !stopping() && !connection.peer_left()) {
        const SteadyTime next = std::min(end, clock.now() + breath);
        co_await clock.sleep_until(next, stop.get_token());
    }
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::any_io_executor executor, Clock& clock, ServerOptions options,
                                                       ServerHandler handler) {
    auto state = std::make_unique<State>(std::move(executor), clock, std::move(options), std::move(handler));
    if (const error_code ec = state->open())
        return Error(ErrorKind::fatal, "cannot serve on " + state->options.listen.text() + ": " + ec.message(), ec);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() { OKTAIL_ASSERT(state_->group.empty()); }

void HttpServer::start() { state_->group.spawn(state_->accept_all()); }

ListenAddress HttpServer::address() const { return state_->options.listen; }

asio::awaitable<void> HttpServer::stop(std::chrono::milliseconds grace) {
    State& state = *state_;
    state.stop.request_stop();
    // While we listen nobody takes our socket file for a dead one's, so it is ours.
    if (state.options.listen.is_socket_file()) ::unlink(state.options.listen.path().c_str());
    error_code ignored;
    state.acceptor.close(ignored);
    for (const auto& connection : state.connections)
        if (connection->idle) connection->close();
    const SteadyTime end = state.clock.now() + grace;
    while (!state.group.empty() && state.clock.now() < end) co_await state.clock.sleep_for(breath / 10, std::stop_token());
    state.group.cancel();
    co_await state.group.join();
}

}  // namespace oktail
