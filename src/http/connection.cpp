#include "http/connection.hpp"

#include "core/wiping_allocator.hpp"
#include "http/answer_parser.hpp"
#include "http/fetch_slot.hpp"
#include "http/http_error.hpp"
#include "http/proxy.hpp"
#include "http/transfer_rate.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace oktail {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t read_ahead = 64 * 1024;  // a smaller buffer makes Beast read 512 bytes at a time

bool is_closing(const error_code& ec) {
    return ec == http::error::end_of_stream || ec == ssl::error::stream_truncated || ec == asio::error::eof ||
           ec == asio::error::connection_reset || ec == asio::error::broken_pipe;
}

Error trouble(std::string_view doing, const error_code& ec) {
    std::string what(doing);
    if (ec == beast::error::timeout) what += ": timed out";
    else if (is_closing(ec)) what += ": the server closed the connection";
    else what += ": " + ec.message();
    return Error(ErrorKind::transient, std::move(what), ec);
}

}  // namespace

class Connection::Wire {
public:
    Wire(asio::any_io_executor executor, ssl::context& context, HttpShared& shared)
        : stream(std::move(executor), context), shared(shared) {}

    beast::tcp_stream& tcp() { return stream.next_layer(); }

    asio::awaitable<Result<HttpResponse>> converse(Secret text, const HttpRequest& request, Deadline& deadline,
                                                   std::stop_token stop);

    asio::awaitable<Result<void>> open_tunnel(Secret request, bool authorized, const Deadline& deadline);

    ssl::stream<beast::tcp_stream> stream;
    HttpShared& shared;
    beast::basic_flat_buffer<WipingAllocator<char>> incoming;  // access tokens come this way
    std::size_t received = 0;                                  ///< bytes of this exchange
    std::optional<TransferRate> rate;                          ///< of this exchange
    bool reusable = false;
    bool closed_before = false;

private:
    asio::awaitable<error_code> send(Secret text, const Deadline& deadline);
    asio::awaitable<error_code> read_head(AnswerParser& parser, const Deadline& deadline);
    asio::awaitable<Result<HttpResponse>> read_body(AnswerParser& parser, const HttpRequest& request, Deadline& deadline,
                                                    std::stop_token stop);
    asio::awaitable<Result<ByteBudget::Reservation>> reserve(const HttpRequest& request,
                                                             std::optional<std::uint64_t> content_length, Deadline& deadline,
                                                             std::stop_token stop);
    void forgive(Deadline& deadline, SteadyTime begin);
    error_code parse(AnswerParser& parser);
    asio::awaitable<error_code> receive(AnswerParser& parser, const Deadline& deadline);
    Error failure(std::string_view doing, const error_code& ec);
};

Error Connection::Wire::failure(std::string_view doing, const error_code& ec) {
    closed_before = received == 0 && is_closing(ec);
    return trouble(doing, ec);
}

asio::awaitable<Result<HttpResponse>> Connection::Wire::converse(Secret text, const HttpRequest& request, Deadline& deadline,
                                                                 std::stop_token stop) {
    const error_code unsent = co_await send(std::move(text), deadline);
    if (unsent) co_return failure("sending the request", unsent);
    AnswerParser parser(request.max_body);
    const error_code headless = co_await read_head(parser, deadline);
    if (headless) co_return failure("reading the answer", headless);
    const SteadyTime head_came = deadline.now();
    auto answer = co_await read_body(parser, request, deadline, std::move(stop));
    if (answer) answer->head.came_at = head_came;
    reusable = answer && parser.keeps_alive() && incoming.size() == 0;
    co_return answer;
}

asio::awaitable<error_code> Connection::Wire::send(Secret text, const Deadline& deadline) {
    tcp().expires_after(deadline.at_most(shared.deadlines.between_bytes));
    const asio::const_buffer bytes(text.reveal().data(), text.reveal().size());
    auto [ec, sent] = co_await asio::async_write(stream, bytes, as_result);
    static_cast<void>(sent);
    co_return ec;
}

asio::awaitable<error_code> Connection::Wire::read_head(AnswerParser& parser, const Deadline& deadline) {
    for (;;) {
        const error_code malformed = parse(parser);
        if (malformed || parser.has_head()) co_return malformed;
        const error_code unread = co_await receive(parser, deadline);
        if (unread) co_return unread;
    }
}

asio::awaitable<Result<HttpResponse>> Connection::Wire::read_body(AnswerParser& parser, const HttpRequest& request,
                                                                  Deadline& deadline, std::stop_token stop) {
    constexpr std::string_view doing = "reading the answer";
    if (parser.is_done()) co_return HttpResponse(parser.take_head(), Buffer(0));
    const auto encoding = parser.encoding();
    if (!encoding) co_return trouble(doing, HttpError::unknown_encoding);

    auto memory = co_await reserve(request, parser.content_length(), deadline, stop);
    if (!memory) co_return memory.error();
    AnswerBody body(*encoding, parser.content_length(), request.max_body, std::move(*memory), request.keep_packed);
    parser.read_into(body);

    FetchSlot slot(shared.fetches, stream.get_executor(), shared.deadlines.fetch_slot);
    for (;;) {
        if (incoming.size() != 0 && request.reserve_memory) {
            const SteadyTime begin = deadline.now();
            auto taken = co_await slot.take(received, stop);
            if (!taken) co_return taken.error();
            forgive(deadline, begin);
        }
        const error_code malformed = parse(parser);
        if (malformed) co_return trouble(doing, malformed);
        if (parser.is_done()) break;
        if (request.reserve_memory) slot.lend();
        const error_code unread = co_await receive(parser, deadline);
        if (unread) co_return trouble(doing, unread);
        if (parser.is_done()) break;
    }
    co_return body.take_answer(parser.take_head());
}

asio::awaitable<Result<ByteBudget::Reservation>> Connection::Wire::reserve(const HttpRequest& request,
                                                                           std::optional<std::uint64_t> content_length,
                                                                           Deadline& deadline, std::stop_token stop) {
    if (!request.reserve_memory) co_return ByteBudget::Reservation();
    const std::size_t bytes = AnswerBody::memory_needed(content_length, request.max_body);
    const SteadyTime begin = deadline.now();
    auto waiting = request.exclusive_memory ? shared.memory.reserve_exclusive(bytes, std::move(stop))
                                            : shared.memory.reserve(bytes, std::move(stop));
    auto memory = co_await std::move(waiting);
    forgive(deadline, begin);
    co_return memory;
}

/// Since `begin` we waited for ourselves, not for the server.
void Connection::Wire::forgive(Deadline& deadline, SteadyTime begin) {
    rate->forgive(begin, deadline.now());
    deadline.forgive(begin);
}

asio::awaitable<Result<void>> Connection::Wire::open_tunnel(Secret request, bool authorized, const Deadline& deadline) {
    tcp().expires_after(deadline.at_most(shared.deadlines.handshake));
    const asio::const_buffer bytes(request.reveal().data(), request.reveal().size());
    auto [unsent, sent] = co_await asio::async_write(tcp(), bytes, as_result);
    static_cast<void>(sent);
    if (unsent) co_return trouble("asking for a tunnel", unsent);
    AnswerParser parser(0);
    incoming.reserve(read_ahead);
    while (!parser.has_head()) {
        const auto space = incoming.prepare(incoming.capacity() - incoming.size());
        auto [unread, count] = co_await tcp().async_read_some(space, as_result);
        if (unread) co_return trouble("waiting for the tunnel", unread);
        incoming.commit(count);
        const error_code malformed = parse(parser);
        if (malformed) co_return Error(ErrorKind::transient, "its answer is no HTTP: " + malformed.message(), malformed);
        if (incoming.size() == incoming.capacity()) co_return Error(ErrorKind::transient, "its answer has no end");
    }
    const bool says_more = incoming.size() != 0;
    incoming.clear();
    auto verdict = tunnel_verdict(parser.head(), authorized);
    // Nobody speaks in the tunnel before us.
    if (verdict && says_more) co_return Error(ErrorKind::transient, "it says more than an answer");
    co_return verdict;
}

/// What is here already.
error_code Connection::Wire::parse(AnswerParser& parser) {
    std::string_view rest(static_cast<const char*>(incoming.cdata().data()), incoming.size());
    const error_code malformed = parser.parse(rest);
    incoming.consume(incoming.size() - rest.size());
    return malformed;
}

asio::awaitable<error_code> Connection::Wire::receive(AnswerParser& parser, const Deadline& deadline) {
    if (incoming.size() == incoming.capacity()) co_return http::error::buffer_overflow;
    tcp().expires_after(deadline.at_most(received == 0 ? shared.deadlines.first_byte : shared.deadlines.between_bytes));
    const auto space = incoming.prepare(incoming.capacity() - incoming.size());
    auto [ec, count] = co_await stream.async_read_some(space, as_result);
    incoming.commit(count);
    received += count;
    if (!ec && rate->is_too_slow(received, deadline.now())) co_return HttpError::too_slow;
    if (ec == asio::error::eof) ec = parser.close();  // closed with a close_notify: the framing says whether that was the end
    co_return ec;
}

Connection::Connection(asio::any_io_executor executor, ssl::context& context, HttpShared& shared)
    : wire_(std::make_unique<Wire>(std::move(executor), context, shared)) {}

Connection::~Connection() = default;

asio::awaitable<Result<void>> Connection::connect(asio::ip::address address, std::uint16_t port,
                                                  SteadyTime::duration patience) {
    auto& tcp = wire_->tcp();
    tcp.expires_after(std::min<SteadyTime::duration>(patience, wire_->shared.deadlines.connect));
    const asio::ip::tcp::endpoint endpoint(address, port);
    auto [ec] = co_await tcp.async_connect(endpoint, as_result);
    if (ec) {
        tcp.close();  // the next address needs a socket that has not failed yet
        co_return trouble(address.to_string(), ec);
    }
    error_code ignored;
    tcp.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return Result<void>();
}

asio::awaitable<Result<void>> Connection::tunnel(Secret request, bool authorized, const Deadline& deadline) {
    return wire_->open_tunnel(std::move(request), authorized, deadline);
}

asio::awaitable<Result<void>> Connection::handshake(const std::string& host, TlsSession& session, const Deadline& deadline) {
    SSL* const connection = wire_->stream.native_handle();
    expect_peer(connection, host, session);
    wire_->tcp().expires_after(deadline.at_most(wire_->shared.deadlines.handshake));
    auto [ec] = co_await wire_->stream.async_handshake(ssl::stream_base::client, as_result);
    if (!ec) co_return Result<void>();
    if (ec == beast::error::timeout) co_return Error(ErrorKind::transient, "timed out", ec);
    co_return Error(ErrorKind::transient, handshake_trouble(connection, ec), ec);
}

asio::awaitable<Result<HttpResponse>> Connection::exchange(Secret text, const HttpRequest& request, Deadline& deadline,
                                                           std::stop_token stop) {
    wire_->received = 0;
    wire_->rate.emplace(wire_->shared.deadlines.least_bytes_per_second, wire_->shared.deadlines.least_rate_after);
    wire_->reusable = false;
    wire_->closed_before = false;
    wire_->incoming.reserve(read_ahead);
    auto answer = co_await wire_->converse(std::move(text), request, deadline, std::move(stop));
    if (wire_->reusable) {  // idle connections are many: they keep no buffer
        wire_->tcp().expires_never();
        wire_->incoming.clear();
        wire_->incoming.shrink_to_fit();
    } else {
        close();
    }
    co_return answer;
}

void Connection::close() noexcept { wire_->tcp().close(); }

bool Connection::is_reusable() const {
    if (!wire_->reusable) return false;
    SSL* const connection = wire_->stream.native_handle();
    if (SSL_has_pending(connection) || BIO_ctrl_pending(SSL_get_rbio(connection)) != 0) return false;
    // Bytes that nobody asked for, or the end: either way the next answer would not be ours.
    char byte = 0;
    const auto peeked = ::recv(wire_->tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool Connection::was_closed_before() const noexcept { return wire_->closed_before; }

std::string Connection::protocol() const { return SSL_get_version(wire_->stream.native_handle()); }

bool Connection::is_resumed() const { return SSL_session_reused(wire_->stream.native_handle()) == 1; }

}  // namespace oktail
