#include "http/unix_client.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/core/listen_address.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace oktail {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t most_answer_bytes = 256 * 1024 * 1024;

Error nobody(const error_code& ec) { return Error(ErrorKind::transient, ec.message(), ec); }

asio::awaitable<Result<UnixAnswer>> converse(asio::io_context& io, std::string socket_file,
                                             http::request<http::empty_body> request, std::chrono::milliseconds patience) {
    beast::basic_stream<Protocol> stream(io);
    stream.expires_after(patience);  // for all of it together
    const Protocol::endpoint endpoint(socket_file);
    const auto [connect_ec] = co_await stream.async_connect(endpoint, token);
    if (connect_ec) co_return nobody(connect_ec);
    const auto [write_ec, sent] = co_await http::async_write(stream, request, token);
    static_cast<void>(sent);
    if (write_ec) co_return nobody(write_ec);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(most_answer_bytes);
    const auto [read_ec, received] = co_await http::async_read(stream, buffer, parser, token);
    static_cast<void>(received);
    if (read_ec) co_return nobody(read_ec);
    co_return UnixAnswer(parser.get().result_int(), std::move(parser.get().body()));
}

}  // namespace

Result<UnixAnswer> ask(const std::string& socket_file, const std::string& method, const std::string& target,
                       std::chrono::milliseconds patience) {
    if (socket_file.size() > ListenAddress::longest_path)
        return Error(ErrorKind::transient, "no socket can have so long a name");
    http::request<http::empty_body> request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, "oktail");
    request.set(http::field::connection, "close");
    request.prepare_payload();
    asio::io_context io;
    auto answer = asio::co_spawn(io, converse(io, socket_file, std::move(request), patience), asio::use_future);
    io.run();
    return answer.get();
}

}  // namespace oktail
