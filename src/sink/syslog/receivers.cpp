#include "sink/syslog/receivers.hpp"

#include "config/named_files.hpp"
#include "config/secret_file.hpp"
#include "net/tls_context.hpp"
#include "sink/syslog/datagram_session.hpp"
#include "sink/syslog/relp_session.hpp"
#include "sink/syslog/stream_session.hpp"

#include <string>

namespace oktail {
namespace {

using Context = std::shared_ptr<boost::asio::ssl::context>;
using SessionPtr = std::unique_ptr<SyslogSession>;

/// Read again each time, so that certificates can be replaced while oktail runs.
Result<Context> read_context(const TlsKeys& tls) {
    const auto ca = read_certificates(tls.ca_file);
    if (!ca) return ca.error();
    const auto certificate = read_certificates(tls.cert_file);
    if (!certificate) return certificate.error();
    Secret key;
    if (!tls.key_file.empty()) {
        auto read = read_secret(tls.key_file);
        if (!read) return Error(ErrorKind::transient, read.error().what());
        key = std::move(*read);
    }
    return make_tls_context(*ca, *certificate, key);
}

}  // namespace

asio::awaitable<Result<SessionPtr>> Receivers::open(std::size_t receiver, ReplayWindow& window, std::stop_token stop) const {
    auto opened = co_await open_any_kind(receiver, window, stop);
    if (opened) co_return opened;
    if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while connecting");
    co_return opened.error().in(keys_.addresses[receiver]);
}

asio::awaitable<Result<SessionPtr>> Receivers::open_any_kind(std::size_t receiver, ReplayWindow& window,
                                                             std::stop_token stop) const {
    if (keys_.is_udp()) co_return co_await open_datagrams(receiver, stop);
    Peer to;
    to.address = *parse_host_port(keys_.addresses[receiver]);
    to.server_name = keys_.tls.server_name;
    to.patience = deadlines_.connect;
    to.dead_after = deadlines_.no_progress;
    if (keys_.has_tls()) {
        auto job = [tls = keys_.tls] { return read_context(tls); };
        const auto context = co_await readers_.run_until(clock_.now() + deadlines_.connect, clock_, std::move(job), stop);
        if (!context) co_return Error(ErrorKind::transient, "the certificates cannot be read: the disk does not answer");
        if (!*context) co_return context->error();
        to.tls = **context;
    }
    auto stream = co_await dial(std::move(to), resolver_, stop);
    if (!stream) co_return stream.error();
    if (!keys_.is_relp()) {
        SessionPtr session = std::make_unique<StreamSession>(keys_, std::move(*stream), window, clock_, deadlines_);
        co_return session;
    }
    auto relp = std::make_unique<RelpSession>(keys_, std::move(*stream), clock_, deadlines_);
    const auto open = co_await relp->open(stop);
    if (!open) co_return open.error();
    SessionPtr session = std::move(relp);
    co_return session;
}

asio::awaitable<Result<SessionPtr>> Receivers::open_datagrams(std::size_t receiver, std::stop_token stop) const {
    const auto address = *parse_host_port(keys_.addresses[receiver]);
    const auto found = co_await resolver_.resolve(address.host, stop);
    if (!found) co_return found.error();
    auto executor = co_await asio::this_coro::executor;
    const asio::ip::udp::endpoint to(found->front(), address.port);
    SessionPtr session = std::make_unique<DatagramSession>(executor, to);
    co_return session;
}

}  // namespace oktail
