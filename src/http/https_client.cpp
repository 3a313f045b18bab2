#include "http/https_client.hpp"

#include "http/connection.hpp"
#include "http/proxy.hpp"
#include "http/request_text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace oktail {
namespace {

class HttpsClient : public HttpClient {
public:
    HttpsClient(HttpsEndpoint endpoint, HttpShared& shared, Clock& clock)
        : endpoint_(std::move(endpoint)), shared_(shared), clock_(clock) {}

    asio::awaitable<Result<HttpResponse>> send(HttpRequest request, std::stop_token stop) override;

private:
    using ConnectionPtr = std::unique_ptr<Connection>;

    asio::awaitable<Result<HttpResponse>> try_send(const HttpRequest& request, Deadline& deadline, std::stop_token stop);
    asio::awaitable<Result<HttpResponse>> exchange(Connection& connection, const HttpRequest& request, Deadline& deadline,
                                                   std::stop_token stop);
    asio::awaitable<Result<ConnectionPtr>> open(Deadline& deadline, std::stop_token stop);
    asio::awaitable<Result<void>> reach(Connection& connection, Deadline& deadline, std::stop_token stop);
    asio::awaitable<Result<void>> open_tunnel(Connection& connection, Deadline& deadline, std::stop_token stop);

    Error of_the_proxy(const Error& why) const;
    Result<HostPort> target() const;
    ConnectionPtr take_idle();

    HttpsEndpoint endpoint_;
    HttpShared& shared_;
    Clock& clock_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    TlsSession session_;
    asio::ip::address last_good_;  ///< of the target's addresses; tried first
    ConnectionPtr idle_;           ///< taken out while it is used, so that two requests never share one
};

asio::awaitable<Result<HttpResponse>> HttpsClient::send(HttpRequest request, std::stop_token stop) {
    Deadline deadline(clock_, request.timeout);
    auto answer = co_await try_send(request, deadline, stop);
    if (answer) co_return answer;
    if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped during a request");
    co_return answer.error().in(endpoint_.origin.authority());
}

asio::awaitable<Result<HttpResponse>> HttpsClient::try_send(const HttpRequest& request, Deadline& deadline,
                                                            std::stop_token stop) {
    ConnectionPtr connection = take_idle();
    bool repeatable = connection && request.method == Method::get;
    for (;;) {
        if (!connection) {
            auto opened = co_await open(deadline, stop);
            if (!opened) co_return opened.error();
            connection = std::move(*opened);
        }
        auto answer = co_await exchange(*connection, request, deadline, stop);
        if (!answer && repeatable && connection->was_closed_before() && !stop.stop_requested()) {
            repeatable = false;
            connection.reset();
            if (request.dpop.empty()) continue;
            co_return Error(ErrorKind::transient, "sending the request: the server had closed the idle connection",
                            stale_connection());
        }
        if (answer && connection->is_reusable()) idle_ = std::move(connection);
        co_return answer;
    }
}

asio::awaitable<Result<HttpResponse>> HttpsClient::exchange(Connection& connection, const HttpRequest& request,
                                                            Deadline& deadline, std::stop_token stop) {
    auto text = request_text(request, endpoint_.origin.authority(), shared_.user_agent);
    if (!text) co_return text.error();
    const auto close = [&connection] { connection.close(); };
    const std::stop_callback on_stop(stop, close);
    auto answer = co_await connection.exchange(std::move(*text), request, deadline, stop);
    co_return answer;
}

HttpsClient::ConnectionPtr HttpsClient::take_idle() {
    ConnectionPtr connection = std::move(idle_);
    if (connection && !connection->is_reusable()) connection.reset();
    return connection;
}

asio::awaitable<Result<HttpsClient::ConnectionPtr>> HttpsClient::open(Deadline& deadline, std::stop_token stop) {
    if (!tls_) {
        auto context = shared_.tls.trusting(endpoint_.ca_pem);
        if (!context) co_return context.error();
        tls_ = std::move(*context);
    }
    const SteadyTime begin = clock_.now();
    co_await shared_.handshakes.take_turn(stop);
    deadline.forgive(begin);

    auto executor = co_await asio::this_coro::executor;
    auto connection = std::make_unique<Connection>(executor, *tls_, shared_);
    const auto close = [&connection] { connection->close(); };
    const std::stop_callback on_stop(stop, close);
    auto reached = co_await reach(*connection, deadline, stop);
    if (!reached && !endpoint_.proxy.empty()) co_return of_the_proxy(reached.error());
    if (!reached) co_return reached.error().in("connecting");
    if (!endpoint_.proxy.empty()) {
        auto opened = co_await open_tunnel(*connection, deadline, stop);
        if (!opened) co_return opened.error();
    }
    auto trusted = co_await connection->handshake(endpoint_.origin.host(), session_, deadline);
    if (!trusted) co_return trusted.error().in("TLS");
    log::debug(endpoint_.scope, "connected",
               {{"host", endpoint_.origin.host()},
                {"address", last_good_.to_string()},
                {"tls", connection->protocol()},
                {"resumed", connection->is_resumed() ? "yes" : "no"}});
    co_return connection;
}

/// All addresses in turn, the one that worked last first.
asio::awaitable<Result<void>> HttpsClient::reach(Connection& connection, Deadline& deadline, std::stop_token stop) {
    const auto to = target();
    if (!to) co_return to.error();
    const SteadyTime begin = clock_.now();
    auto addresses = co_await shared_.resolver.resolve(to->host, stop);
    deadline.forgive(begin);  // it has one of its own
    if (!addresses) co_return addresses.error();
    const auto good = std::ranges::find(*addresses, last_good_);
    if (good != addresses->end()) std::rotate(addresses->begin(), good, good + 1);
    Result<void> reached = Error(ErrorKind::transient, "no address");
    std::size_t parts = addresses->size() + 1;  // one for what follows: a dead address must not use up what the next one needs
    for (const asio::ip::address& address : *addresses) {
        if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while connecting");
        reached = co_await connection.connect(address, to->port, deadline.share(parts--));
        if (reached) {
            last_good_ = address;
            co_return reached;
        }
        if (address == last_good_) last_good_ = asio::ip::address();
    }
    shared_.resolver.doubt(to->host);
    co_return reached;
}

/// Told apart, since somebody else mends it.
Error HttpsClient::of_the_proxy(const Error& why) const {
    return Error(why.kind() == ErrorKind::stopped ? ErrorKind::stopped : ErrorKind::transient,
                 "proxy " + endpoint_.proxy + ": " + why.what(), no_tunnel());
}

asio::awaitable<Result<void>> HttpsClient::open_tunnel(Connection& connection, Deadline& deadline, std::stop_token stop) {
    Secret authorization;
    if (endpoint_.proxy_authorization) {
        const SteadyTime begin = clock_.now();
        auto read = co_await endpoint_.proxy_authorization(stop);
        deadline.forgive(begin);
        if (!read) co_return of_the_proxy(read.error());
        authorization = std::move(*read);
    }
    const auto& to = endpoint_.connect_to;
    const std::string destination = to.empty() ? endpoint_.origin.host() + ':' + std::to_string(endpoint_.origin.port()) : to;
    auto text = connect_text(destination, authorization.reveal(), shared_.user_agent);
    if (!text) co_return of_the_proxy(text.error());
    const auto opened = co_await connection.tunnel(std::move(*text), !authorization.empty(), deadline);
    if (!opened) co_return of_the_proxy(opened.error());
    co_return Result<void>();
}

/// Where TCP goes.
Result<HostPort> HttpsClient::target() const {
    const std::string& given = endpoint_.proxy.empty() ? endpoint_.connect_to : endpoint_.proxy;
    if (given.empty()) return HostPort(endpoint_.origin.host(), endpoint_.origin.port());
    auto parsed = parse_host_port(given);
    if (!parsed) return Error(ErrorKind::transient, given + " is no host:port");
    return *parsed;
}

}  // namespace

std::unique_ptr<HttpClient> make_https_client(HttpsEndpoint endpoint, HttpShared& shared, Clock& clock) {
    return std::make_unique<HttpsClient>(std::move(endpoint), shared, clock);
}

}  // namespace oktail
