#include "sink/syslog/datagram_session.hpp"

#include "core/host_port.hpp"
#include "core/wait_for_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace oktail {
namespace {

using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// So much, and then a pause: a receiver's buffer holds some 200 KiB, and what does not fit is lost.
constexpr std::size_t most_at_once = 32UL * 1024;
constexpr std::chrono::milliseconds pause{2};

}  // namespace

DatagramSession::DatagramSession(const asio::any_io_executor& executor, const asio::ip::udp::endpoint& to)
    : socket_(executor), description_(HostPort(to.address().to_string(), to.port()).text()) {
    socket_.open(to.protocol(), opened_);
    if (!opened_) socket_.non_blocking(true, opened_);
    // Connected: then we hear of a port where nobody listens.
    if (!opened_) socket_.connect(to, opened_);
}

asio::awaitable<Error> DatagramSession::run(Outbox& outbox, std::stop_token stop) {
    const auto cancel = [this] {
        error_code ignored;
        socket_.cancel(ignored);
    };
    const std::stop_callback on_stop(stop, cancel);
    error_code ec = opened_;
    auto executor = co_await asio::this_coro::executor;
    while (!ec && !stop.stop_requested()) {
        if (!outbox.current()) {
            co_await outbox.changed.wait(stop);
            continue;
        }
        ec = co_await send_some(outbox);
        asio::steady_timer timer(executor, pause);
        if (!ec && outbox.current()) co_await wait_or_stop(timer, stop);
    }
    if (!ec) co_return Error(ErrorKind::stopped, "the sink is closed");
    if (ec == asio::error::connection_refused) co_return Error(ErrorKind::transient, "nobody listens there", ec);
    co_return Error(ErrorKind::transient, ec.message(), ec);
}

/// Of the parcel whose turn it is.
asio::awaitable<error_code> DatagramSession::send_some(Outbox& outbox) {
    const ParcelPtr parcel = outbox.current();
    outbox.end_turn();
    error_code ec;
    for (std::size_t sent = 0; sent < most_at_once;) {
        const auto message = parcel->next_message();
        if (!message) break;
        const std::size_t event = parcel->next() - 1;
        const std::string_view bytes = *message;
        for (;;) {
            socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, ec);
            if (ec != asio::error::would_block) break;
            auto [unwritable] = co_await socket_.async_wait(asio::ip::udp::socket::wait_write, as_result);
            if (unwritable) co_return unwritable;
        }
        if (ec == asio::error::message_size) {
            parcel->refuse(event, Error(ErrorKind::rejected, "it is too large for a datagram on this way"));
            co_return error_code();
        }
        if (ec) co_return ec;
        sent += bytes.size();
        // Of the first ones we hear only now that nobody took them.
        was_of_use_ = turns_ > 0;
        parcel->acknowledge(event + 1);
    }
    ++turns_;
    co_return ec;
}

}  // namespace oktail
