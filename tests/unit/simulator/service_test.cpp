#include "simulator/service.hpp"

#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "simulator/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <future>
#include <iterator>
#include <thread>

namespace oktail::simulator {
namespace {

using namespace std::chrono_literals;

/// A server on a thread of its own, stopped in the end.
class Loopback {
public:
    template <class Work>
    auto on_shard(Work work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        asio::post(shard_.executor(), [&task] { task(); });
        return result.get();
    }
    explicit Loopback(ServerHandler handler, ServerOptions options = {}) : shard_("loopback") {
        on_shard([&] {
            server_ = HttpServer::listen(shard_.executor(), clock_, options, handler).value();
            server_->start();
        });
    }
    ~Loopback() {
        asio::co_spawn(shard_.executor(), server_->stop(100ms), asio::use_future).get();
        on_shard([&] { server_.reset(); });
    }
    std::string port() const { return std::to_string(server_->port()); }

private:
    SteadyClock clock_;
    Shard shard_;
    std::unique_ptr<HttpServer> server_;
};

asio::awaitable<ServerResponse> echo(ServerRequest request) {
    co_return ServerResponse(200, {{"X-Case", "Kept"}, {"link", "one"}, {"link", "two"}},
                             request.method + " " + request.target);
}

std::string exchange(const std::string& port, const std::string& request) {
    asio::ip::tcp::iostream stream("127.0.0.1", port);
    stream.expires_after(5s);
    stream << request << std::flush;
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Sends the beginning, and then the piece until it has gone out so often or the server has had enough; what it answered.
/// The server's thread has a turn after each.
std::string dribble(Loopback& server, std::string_view beginning, std::string_view piece, std::size_t times) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(server.port()))});
    socket.set_option(asio::ip::tcp::no_delay(true));
    boost::system::error_code ec;
    asio::write(socket, asio::buffer(beginning), ec);
    for (std::size_t i = 0; i < times && !ec; ++i) {
        server.on_shard([] { return true; });
        asio::write(socket, asio::buffer(piece), ec);
    }
    std::string text;
    asio::read(socket, asio::dynamic_buffer(text), ec);
    return text;
}

ServerHandler answering(ServerResponse response) {
    return [response](ServerRequest) -> asio::awaitable<ServerResponse> {
        const auto later = [](ServerResponse r) -> asio::awaitable<ServerResponse> { co_return r; };
        return later(response);
    };
}

TEST(HttpServer, KeepsTheConnectionAndTheHeaderLines) {
    Loopback server(echo);

    const std::string text = exchange(server.port(),
                                      "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n"
                                      "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(
        text,
        "HTTP/1.1 200 OK\r\nX-Case: Kept\r\nlink: one\r\nlink: two\r\nContent-Length: 8\r\n\r\nGET /a?b"
        "HTTP/1.1 200 OK\r\nX-Case: Kept\r\nlink: one\r\nlink: two\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGET /c");
}

TEST(HttpServer, RefusesWhatIsTooLargeOrNoHttp) {
    ServerOptions small;
    small.max_header = 1'000;
    small.max_body = 100;
    Loopback server(echo, small);

    const std::string header = exchange(server.port(), "GET / HTTP/1.1\r\nX: " + std::string(2'000, 'x') + "\r\n\r\n");
    const std::string body = exchange(server.port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n");
    const std::string noise = exchange(server.port(), "hello\r\n\r\n");

    EXPECT_TRUE(header.starts_with("HTTP/1.1 431 ")) << header;
    EXPECT_TRUE(body.starts_with("HTTP/1.1 413 ")) << body;
    EXPECT_TRUE(noise.starts_with("HTTP/1.1 400 ")) << noise;
}

TEST(HttpServer, LimitsTheWholeHeaderHoweverItComes) {
    ServerOptions small;
    small.max_header = 8'000;
    small.idle_timeout = 5s;
    Loopback server(echo, small);

    // Each piece ends one byte into the next line.
    const std::string text = dribble(server, "GET / HTTP/1.1\r\nHost: x\r\nx", ": 1234567890\r\nx", 1'000);

    EXPECT_TRUE(text.starts_with("HTTP/1.1 431 ")) << text;
}

TEST(HttpServer, CutsAHeaderThatNeverEnds) {
    ServerOptions patient;
    patient.max_header = 256U * 1024 * 1024;
    patient.idle_timeout = 200ms;
    Loopback server(echo, patient);

    EXPECT_EQ(dribble(server, "GET /", "x", SIZE_MAX), "") << "every byte in time, and still no end";
}

TEST(HttpServer, CutsTheBodyWhereItIsTold) {
    ServerResponse response(200, {}, "0123456789");
    response.transmission.cut_after = 4;
    Loopback server(answering(response));

    const std::string text = exchange(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");

    EXPECT_EQ(text, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
}

TEST(HttpServer, SendsChunksAndSmallPieces) {
    ServerResponse response(200, {}, "0123456789");
    response.transmission.chunked = true;
    response.transmission.piece = 4;
    response.transmission.ending = Transmission::Ending::close;
    Loopback server(answering(response));

    const std::string text = exchange(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");

    EXPECT_EQ(text,
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
              "4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n");
}

TEST(HttpServer, SaysNothingOnDemand) {
    ServerResponse response;
    response.transmission.silent = true;
    response.transmission.ending = Transmission::Ending::reset;
    Loopback server(answering(response));

    EXPECT_EQ(exchange(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "");
}

TEST(HttpServer, StopCutsAStalledAnswer) {
    ServerResponse response(200);
    response.transmission.stall = 1h;
    {
        Loopback server(answering(response));
        asio::ip::tcp::iostream stream("127.0.0.1", server.port());
        stream << "GET / HTTP/1.1\r\nHost: x\r\n\r\n" << std::flush;
    }

    SUCCEED() << "the server has ended";
}

class ServiceTest : public testing::Test {
protected:
    static Options options() {
        Options options;
        OrgOptions org;
        org.host = "acme.okta.com";
        options.orgs = {org};
        return options;
    }
    ServerHandler handler() {
        return [this](ServerRequest request) { return service_.handle(std::move(request)); };
    }
    std::uint64_t violations() { return okta_.find("acme.okta.com")->violations.total(); }

    SteadyClock clock_;
    FakeOkta okta_{options()};
    Service service_{okta_, clock_};
    const std::string request_ = "GET /oauth2/v1/token HTTP/1.1\r\nHost: acme.okta.com\r\nConnection: close\r\n\r\n";
};

TEST_F(ServiceTest, OverlappingRequestsAreAViolation) {
    ASSERT_TRUE(okta_.faults().add(R"({"do":"stall","seconds":0.3,"times":1})", clock_.utc_now()));
    Loopback server(handler());

    std::thread first([&] { exchange(server.port(), request_); });
    while (server.on_shard([&] { return okta_.find("acme.okta.com")->answers.empty(); })) std::this_thread::yield();
    exchange(server.port(), request_);
    first.join();

    EXPECT_EQ(server.on_shard([&] { return violations(); }), 1U);
}

TEST_F(ServiceTest, RequestsOneAfterTheOtherAreFine) {
    Loopback server(handler());

    for (int i = 0; i < 20; ++i) exchange(server.port(), request_);

    EXPECT_EQ(server.on_shard([&] { return violations(); }), 0U);
}

TEST_F(ServiceTest, WhoGivesUpIsNotInFlight) {
    ASSERT_TRUE(okta_.faults().add(R"({"do":"stall","seconds":60,"times":1})", clock_.utc_now()));
    Loopback server(handler());
    {
        asio::ip::tcp::iostream stream("127.0.0.1", server.port());
        stream << request_ << std::flush;
        while (server.on_shard([&] { return okta_.find("acme.okta.com")->answers.empty(); })) std::this_thread::yield();
    }

    exchange(server.port(), request_);

    EXPECT_EQ(server.on_shard([&] { return violations(); }), 0U);
}

TEST_F(ServiceTest, CertificateIsGoodForTheOrgAlone) {
    const Certificates certificates = make_certificates({"acme.okta.com"}, clock_.utc_now());
    ServerOptions tls;
    tls.certificate_pem = certificates.server;
    tls.key_pem = certificates.server_key;
    Loopback server(handler(), tls);
    const auto handshake = [&](const char* host) {
        SSL_CTX* context = SSL_CTX_new(TLS_client_method());
        BIO* pem = BIO_new_mem_buf(certificates.ca.data(), static_cast<int>(certificates.ca.size()));
        X509* ca = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        BIO* bio = BIO_new_ssl_connect(context);
        SSL* ssl = nullptr;
        BIO_get_ssl(bio, &ssl);
        SSL_set1_host(ssl, host);
        BIO_set_conn_hostname(bio, ("127.0.0.1:" + server.port()).c_str());
        const bool good = BIO_do_handshake(bio) == 1;
        BIO_free_all(bio);
        X509_free(ca);
        BIO_free(pem);
        SSL_CTX_free(context);
        return good;
    };

    EXPECT_TRUE(handshake("acme.okta.com"));
    EXPECT_FALSE(handshake("globex.okta.com"));
}

}  // namespace
}  // namespace oktail::simulator
