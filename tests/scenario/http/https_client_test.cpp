#include "http/https_client.hpp"

#include "core/log.hpp"
#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "http/http_error.hpp"
#include "oktail_version.hpp"
#include "support/gzip.hpp"
#include "support/misbehaving_server.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace oktail {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;
using Peer = MisbehavingServer::Peer;

constexpr std::size_t mib = 1024 * 1024;

/// An answer that frames itself by its length.
std::string answer(std::string_view body, std::string_view fields = "") {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view body, std::size_t chunk, std::string_view fields = "") {
    std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + std::string(fields) + "\r\n";
    char size[20];
    for (std::size_t at = 0; at < body.size(); at += chunk) {
        const std::string_view piece = body.substr(at, chunk);
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        out.append(size).append(piece).append("\r\n");
    }
    return out + "0\r\n\r\n";
}

HttpRequest get() { return HttpRequest(Method::get, "/api/v1/logs"); }

/// Reads one request, sends this, and waits until the client has had enough.
MisbehavingServer::Script answers(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
        peer.read_request();
        peer.send(bytes);
        peer.wait_for_end();
    };
}

class HttpsClientTest : public testing::Test {
protected:
    std::unique_ptr<HttpClient> client_of(MisbehavingServer& server, const std::string& ca_pem) {
        HttpsEndpoint endpoint(Origin("acme.okta.test"));
        endpoint.connect_to = "127.0.0.1:" + std::to_string(server.port());
        endpoint.ca_pem = ca_pem;
        return make_https_client(std::move(endpoint), shared_, clock_);
    }
    /// Reaches server_ under a name, which `shared` resolves.
    std::unique_ptr<HttpClient> client_that_looks_up(HttpShared& shared) {
        HttpsEndpoint endpoint(Origin("acme.okta.test"));
        endpoint.connect_to = "somewhere:" + std::to_string(server_.port());
        endpoint.ca_pem = authority_.pem();
        return make_https_client(std::move(endpoint), shared, clock_);
    }

    using Outcome = std::optional<Result<HttpResponse>>;
    asio::awaitable<void> send(HttpClient& client, HttpRequest request, Outcome& outcome) {
        auto got = co_await client.send(std::move(request), stop_.get_token());
        outcome.emplace(std::move(got));
    }
    void start(HttpClient& client, HttpRequest request, Outcome& outcome) {
        tasks_.spawn(send(client, std::move(request), outcome));
    }
    void run() {
        io_.restart();
        while (!tasks_.empty()) io_.run_one();
    }
    Result<HttpResponse> send(HttpClient& client, HttpRequest request) {
        Outcome outcome;
        start(client, std::move(request), outcome);
        run();
        return std::move(*outcome);
    }
    Result<HttpResponse> send(HttpRequest request) { return send(*client_, std::move(request)); }
    std::string body_of(Result<HttpResponse> outcome) {
        return outcome ? std::string(outcome->body.view()) : "error: " + outcome.error().what();
    }
    std::string trouble_of(Result<HttpResponse> outcome) {
        if (outcome) return "no error, but " + std::to_string(outcome->head.status());
        EXPECT_EQ(outcome.error().kind(), ErrorKind::transient);
        return outcome.error().what();
    }

    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    SteadyClock clock_;
    ByteBudget memory_{64 * mib};
    HttpShared shared_{clock_, memory_, 1};
    TestAuthority authority_;
    MisbehavingServer server_{authority_.issue("acme.okta.test")};
    std::unique_ptr<HttpClient> client_ = client_of(server_, authority_.pem());
    std::stop_source stop_;
    TaskGroup tasks_{io_.get_executor()};
};

// ---- Answers as they should be

TEST_F(HttpsClientTest, GetsAnAnswer) {
    std::promise<std::string> seen;
    server_.next([&seen](Peer& peer) {
        seen.set_value(peer.read_request());
        peer.send(answer("[]", "Link: <a>\r\nX-Rate-Limit-Limit: 60\r\nlink: <b>\r\n"));
        peer.wait_for_end();
    });
    HttpRequest request = get();
    request.authorization = Secret("Bearer abc");

    auto got = send(std::move(request));

    ASSERT_TRUE(got) << got.error().what();
    EXPECT_EQ(got->head.status(), 200u);
    EXPECT_EQ(got->head.find("x-rate-limit-limit"), "60");
    EXPECT_EQ(got->head.find_all("link"), (std::vector<std::string_view>{"<a>", "<b>"}));
    EXPECT_EQ(got->body.view(), "[]");
    EXPECT_EQ(got->wire_bytes, 2u);
    EXPECT_EQ(seen.get_future().get(), "GET /api/v1/logs HTTP/1.1\r\nHost: acme.okta.test\r\nUser-Agent: oktail/" OKTAIL_VERSION
                                       "\r\nAccept: application/json\r\n"
                                       "Accept-Encoding: gzip\r\nAuthorization: Bearer abc\r\n\r\n");
}

TEST_F(HttpsClientTest, EveryFramingAndEncoding) {
    const std::string page(300'000, 'x');
    const std::string packed = gzip(page);
    const std::string members = gzip(page.substr(0, 1000)) + gzip(page.substr(1000));
    const std::string by_gzip = "Content-Encoding: gzip\r\n";
    for (const std::string& wire :
         {answer(page), chunked(page, 70'000), answer(packed, by_gzip), chunked(packed, 100, by_gzip), answer(members, by_gzip),
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + answer(page)}) {
        server_.next(answers(wire));
        const auto client = client_of(server_, authority_.pem());
        HttpRequest request = get();
        request.max_body = mib;
        EXPECT_TRUE(body_of(send(*client, std::move(request))) == page);
    }
}

TEST_F(HttpsClientTest, AnswersWithoutABody) {
    for (const std::string wire : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
                                   "HTTP/1.1 401 Unauthorized\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"}) {
        server_.next(answers(wire));
        const auto client = client_of(server_, authority_.pem());
        EXPECT_EQ(body_of(send(*client, get())), "");
    }
}

TEST_F(HttpsClientTest, BodyUntilTheCloseNeedsACloseNotify) {
    const std::string wire = "HTTP/1.1 200 OK\r\n\r\n[]";
    server_.next([&wire](Peer& peer) {
        peer.read_request();
        peer.send(wire);
        peer.close();
    });
    EXPECT_EQ(body_of(send(get())), "[]");

    server_.next([&wire](Peer& peer) {
        peer.read_request();
        peer.send(wire);
        peer.cut();
        peer.wait_for_end();
    });
    EXPECT_THAT(trouble_of(send(get())), HasSubstr("the server closed the connection"));
}

TEST_F(HttpsClientTest, RedirectsAreAnswersLikeOthers) {
    server_.next(answers("HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n"));

    auto got = send(get());

    ASSERT_TRUE(got);
    EXPECT_EQ(got->head.status(), 302u);
    EXPECT_EQ(server_.connections(), 1);
}

// ---- Keep-alive

TEST_F(HttpsClientTest, OneConnectionServesManyRequests) {
    server_.next([](Peer& peer) {
        for (int i = 0; i < 3; ++i) {
            peer.read_request();
            peer.send(answer("[" + std::to_string(i) + "]"));
        }
        peer.wait_for_end();
    });

    EXPECT_EQ(body_of(send(get())), "[0]");
    EXPECT_EQ(body_of(send(get())), "[1]");
    EXPECT_EQ(body_of(send(get())), "[2]");

    EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpsClientTest, RequestsAtTheSameTimeShareNoConnection) {
    std::promise<void> second_came;
    server_.next([&second_came](Peer& peer) {
        peer.read_request();
        second_came.get_future().wait();
        peer.send(answer("first"));
        peer.wait_for_end();
    });
    server_.next([&second_came](Peer& peer) {
        peer.read_request();
        second_came.set_value();
        peer.send(answer("second"));
        peer.wait_for_end();
    });
    Outcome first;
    Outcome second;
    start(*client_, get(), first);
    start(*client_, get(), second);

    run();

    std::vector<std::string> bodies{body_of(std::move(*first)), body_of(std::move(*second))};
    EXPECT_THAT(bodies, testing::UnorderedElementsAre("first", "second"));
}

TEST_F(HttpsClientTest, ConnectionCloseIsHeeded) {
    server_.next(answers(answer("[1]", "Connection: close\r\n")));
    server_.next(answers(answer("[2]")));

    EXPECT_EQ(body_of(send(get())), "[1]");
    EXPECT_EQ(body_of(send(get())), "[2]");
}

TEST_F(HttpsClientTest, ConnectionClosedWhileIdleIsReplaced) {
    std::promise<void> closed;
    server_.next([&closed](Peer& peer) {
        peer.read_request();
        peer.send(answer("[1]"));
        peer.cut();
        closed.set_value();
        peer.wait_for_end();
    });
    server_.next(answers(answer("[2]")));
    EXPECT_EQ(body_of(send(get())), "[1]");
    closed.get_future().wait();

    HttpRequest post(Method::post, "/oauth2/v1/token");
    EXPECT_EQ(body_of(send(std::move(post))), "[2]");  // seen before anything was sent, so that a POST may go on
}

TEST_F(HttpsClientTest, GetIsRepeatedOnceOnAConnectionThatWasClosedMeanwhile) {
    const auto serves_one = [](Peer& peer) {
        peer.read_request();
        peer.send(answer("[]"));
        peer.read_request();
        peer.reset();
    };
    server_.next(serves_one);
    server_.next(serves_one);
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.reset();
    });
    EXPECT_EQ(body_of(send(get())), "[]");

    EXPECT_EQ(body_of(send(get())), "[]");
    EXPECT_EQ(server_.connections(), 2);

    EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: reading the answer: the server closed the connection");
    EXPECT_EQ(server_.connections(), 3);
}

TEST_F(HttpsClientTest, ProofIsNotSentTwice) {  // D10
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.send(answer("[]"));
        peer.read_request();
        peer.reset();
    });
    EXPECT_EQ(body_of(send(get())), "[]");
    HttpRequest request = get();
    request.dpop = Secret("proof");

    const auto answered = send(std::move(request));

    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().code(), stale_connection());
    EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpsClientTest, PostIsNotRepeated) {
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.send(answer("[]"));
        peer.read_request();
        peer.reset();
    });
    EXPECT_EQ(body_of(send(get())), "[]");

    EXPECT_EQ(trouble_of(send(HttpRequest(Method::post, "/oauth2/v1/token"))),
              "acme.okta.test: reading the answer: the server closed the connection");
    EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpsClientTest, FreshConnectionIsNotRetried) {
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.reset();
    });

    EXPECT_THAT(trouble_of(send(get())), HasSubstr("the server closed the connection"));
    EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpsClientTest, NoRequestGoesBehindLeftoverBytes) {
    server_.next(answers(answer("[1]") + answer("not yours")));
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.send(answer("[2]"));
        peer.send(answer("not yours either"));
        peer.wait_for_end();
    });
    server_.next(answers(answer("[3]")));

    EXPECT_EQ(body_of(send(get())), "[1]");
    EXPECT_EQ(body_of(send(get())), "[2]");
    EXPECT_THAT(body_of(send(get())), testing::AnyOf("[3]", "not yours either"));
}

TEST_F(HttpsClientTest, SessionIsResumed) {
    std::promise<bool> resumed;
    server_.next(answers(answer("[1]", "Connection: close\r\n")));
    server_.next([&resumed](Peer& peer) {
        resumed.set_value(peer.is_resumed());
        peer.read_request();
        peer.send(answer("[2]"));
        peer.wait_for_end();
    });

    EXPECT_EQ(body_of(send(get())), "[1]");
    EXPECT_EQ(body_of(send(get())), "[2]");

    EXPECT_TRUE(resumed.get_future().get());
}

// ---- Connections that break

TEST_F(HttpsClientTest, ResetInEveryPhaseIsTransient) {
    server_.next_raw([](Peer& peer) { peer.reset(); });
    EXPECT_THAT(trouble_of(send(get())), StartsWith("acme.okta.test: "));

    for (const std::string sent :
         {"", "HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"}) {
        server_.next([sent](Peer& peer) {
            peer.read_request();
            peer.send(sent);
            peer.reset();
        });
        EXPECT_THAT(trouble_of(send(get())), StartsWith("acme.okta.test: reading the answer: ")) << sent;
    }
}

TEST_F(HttpsClientTest, EveryCutIsNoticed) {
    const std::string gzipped = gzip("[{\"uuid\":\"1\"}]");
    for (const std::string& whole :
         {answer("[{\"uuid\":\"1\"}]"), chunked("[{\"uuid\":\"1\"}]", 5), answer(gzipped, "Content-Encoding: gzip\r\n"),
          chunked(gzipped, 7, "Content-Encoding: gzip\r\n")})
        for (std::size_t size = 0; size < whole.size(); ++size) {
            server_.next([part = whole.substr(0, size)](Peer& peer) {
                peer.read_request();
                peer.send(part);
                peer.close();
            });
            EXPECT_THAT(trouble_of(send(get())), StartsWith("acme.okta.test: reading the answer: ")) << size;
        }
}

TEST_F(HttpsClientTest, GzipCutInsideACompleteFramingIsNoticed) {
    const std::string packed = gzip("[{\"uuid\":\"1\"}]");

    server_.next(answers(answer(packed.substr(0, packed.size() - 4), "Content-Encoding: gzip\r\n")));
    EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: reading the answer: the gzip body is cut off");

    server_.next(answers(answer(packed + "garbage, and more of it", "Content-Encoding: gzip\r\n")));
    EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: reading the answer: the gzip body is damaged");
}

TEST_F(HttpsClientTest, RefusedConnectionSaysSo) {
    HttpsEndpoint endpoint(Origin("acme.okta.test"));
    endpoint.connect_to = "127.0.0.1:1";
    const auto client = make_https_client(std::move(endpoint), shared_, clock_);

    EXPECT_EQ(trouble_of(send(*client, get())), "acme.okta.test: connecting: 127.0.0.1: Connection refused");
}

/// A port that answers no knock, as behind a firewall that drops: the kernel's queue is full.
class BlackHole {
public:
    BlackHole(asio::io_context& io, const char* address, std::uint16_t port) : full_(io) {
        using asio::ip::tcp;
        full_.open(tcp::v4());
        full_.bind({asio::ip::make_address(address), port});
        full_.listen(0);
        for (int i = 0; i < 4; ++i) queue_.emplace_back(io, tcp::v4()).async_connect(full_.local_endpoint(), asio::detached);
    }
    std::uint16_t port() const { return full_.local_endpoint().port(); }

private:
    asio::ip::tcp::acceptor full_;
    std::vector<asio::ip::tcp::socket> queue_;
};

TEST_F(HttpsClientTest, SilenceBeforeTheConnection) {
    const BlackHole hole(io_, "127.0.0.1", 0);
    HttpsEndpoint endpoint(Origin("acme.okta.test"));
    endpoint.connect_to = "127.0.0.1:" + std::to_string(hole.port());
    const auto client = make_https_client(std::move(endpoint), shared_, clock_);
    shared_.deadlines.connect = milliseconds(100);

    EXPECT_EQ(trouble_of(send(*client, get())), "acme.okta.test: connecting: 127.0.0.1: timed out");
}

TEST_F(HttpsClientTest, AllAddressesAreTried) {
    HttpShared shared(clock_, memory_, 1, [](const std::string&) -> Result<Resolver::Addresses> {
        return Resolver::Addresses{asio::ip::make_address("127.0.0.2"), asio::ip::make_address("127.0.0.1")};
    });
    const auto client = client_that_looks_up(shared);
    server_.next(answers(answer("[]")));

    EXPECT_EQ(body_of(send(*client, get())), "[]");
}

TEST_F(HttpsClientTest, DeadAddressLeavesTheNextItsTime) {
    const BlackHole hole(io_, "127.0.0.2", server_.port());
    HttpShared shared(clock_, memory_, 1, [](const std::string&) -> Result<Resolver::Addresses> {
        return Resolver::Addresses{asio::ip::make_address("127.0.0.2"), asio::ip::make_address("127.0.0.1")};
    });
    const auto client = client_that_looks_up(shared);
    server_.next(answers(answer("[]")));
    HttpRequest request = get();
    request.timeout = milliseconds(3'000);  // less than one address may take of a longer one

    EXPECT_EQ(body_of(send(*client, std::move(request))), "[]");
}

TEST_F(HttpsClientTest, NameThatCannotBeReachedIsLookedUpAgain) {
    std::atomic<int> calls = 0;
    HttpShared shared(clock_, memory_, 1, [&calls](const std::string&) -> Result<Resolver::Addresses> {
        return Resolver::Addresses{asio::ip::make_address(++calls == 1 ? "127.0.0.2" : "127.0.0.1")};
    });
    const auto client = client_that_looks_up(shared);
    server_.next(answers(answer("[]")));

    EXPECT_EQ(trouble_of(send(*client, get())), "acme.okta.test: connecting: 127.0.0.2: Connection refused");
    EXPECT_EQ(body_of(send(*client, get())), "[]") << "it has moved";
}

// ---- TLS

TEST_F(HttpsClientTest, OldProtocolsAreNotSpoken) {
    MisbehavingServer old(authority_.issue("acme.okta.test"), [](SSL_CTX* context) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    });
    old.next(answers(answer("[]")));

    EXPECT_THAT(trouble_of(send(*client_of(old, authority_.pem()), get())), HasSubstr("TLS: tlsv1 alert protocol version"));
}

TEST_F(HttpsClientTest, WithoutACommonCipherTheAlertIsNamed) {
    MisbehavingServer odd(authority_.issue("acme.okta.test"), [](SSL_CTX* context) {
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(context, "PSK-AES128-GCM-SHA256");
    });
    odd.next(answers(answer("[]")));

    EXPECT_THAT(trouble_of(send(*client_of(odd, authority_.pem()), get())), HasSubstr("alert handshake failure"));
}

TEST_F(HttpsClientTest, ForgedRecordEndsTheConnection) {
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.send(answer("[1,2,3]").substr(0, 60));
        peer.send_raw(std::string("\x15\x03\x03\x00\x02\x02\x28", 7));  // an alert that nobody signed
        peer.wait_for_end();
    });

    EXPECT_THAT(trouble_of(send(get())), HasSubstr("reading the answer"));
}

TEST_F(HttpsClientTest, PlainTextInsteadOfTlsIsRefused) {
    server_.next_raw([](Peer& peer) {
        peer.send_raw("HTTP/1.1 400 Bad Request\r\n\r\n");
        peer.wait_for_end();
    });

    EXPECT_THAT(trouble_of(send(get())), HasSubstr("TLS: wrong version number"));
}

/// HTTP/2 is never offered (no ALPN), so a server that speaks nothing else is out of the protocol.
TEST_F(HttpsClientTest, ServerThatSpeaksHttp2OnlyIsNotUnderstood) {
    server_.next([](Peer& peer) {
        peer.read_request();
        peer.send(std::string("\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x10\0\0\0\x05\0\0\x40\0", 27));  // SETTINGS
        peer.wait_for_end();
    });

    EXPECT_THAT(trouble_of(send(get())), HasSubstr("reading the answer: bad version"));
}

// ---- Certificates

class CertificateTest : public HttpsClientTest {
protected:
    /// What a client that trusts `ca_pem` says of the identity; no byte of its request may get through.
    std::string verdict(const TestIdentity& identity, const std::string& ca_pem) {
        MisbehavingServer server(identity, [](SSL_CTX* context) { SSL_CTX_set_security_level(context, 0); });
        std::promise<bool> request_seen;
        server.next_raw([&request_seen](Peer& peer) {
            bool seen = false;
            try {
                peer.handshake();
                peer.read_request();
                seen = true;
            } catch (const boost::system::system_error&) {
                seen = false;
            }
            request_seen.set_value(seen);
        });
        const auto client = client_of(server, ca_pem);
        const std::string trouble = trouble_of(send(*client, get()));
        EXPECT_FALSE(request_seen.get_future().get());
        return trouble;
    }
};

TEST_F(CertificateTest, ExpiredAndNotYetValid) {
    EXPECT_THAT(verdict(authority_.issue("acme.okta.test", hours(-48), hours(-24)), authority_.pem()),
                HasSubstr("has expired (or our clock is wrong)"));
    EXPECT_THAT(verdict(authority_.issue("acme.okta.test", hours(24), hours(48)), authority_.pem()),
                HasSubstr("not valid yet (is our clock right?)"));
}

TEST_F(CertificateTest, AnotherName) {
    EXPECT_THAT(verdict(authority_.issue("evil.test"), authority_.pem()), HasSubstr("for another name"));
    EXPECT_THAT(verdict(authority_.issue("ac*.okta.test"), authority_.pem()), HasSubstr("for another name"));
    EXPECT_THAT(verdict(authority_.issue("*.acme.okta.test"), authority_.pem()), HasSubstr("for another name"));
}

TEST_F(CertificateTest, WildcardForAWholeLabelIsFine) {
    MisbehavingServer server(authority_.issue("*.okta.test"));
    server.next(answers(answer("[]")));
    const auto client = client_of(server, authority_.pem());

    EXPECT_EQ(body_of(send(*client, get())), "[]");
}

TEST_F(CertificateTest, UnknownAuthority) {
    const TestAuthority other("another CA");
    EXPECT_THAT(verdict(authority_.issue("acme.okta.test"), other.pem()), HasSubstr("is ca_file right?"));
    EXPECT_THAT(verdict(authority_.issue("acme.okta.test"), ""), HasSubstr("is ca_file right?"));
}

TEST_F(CertificateTest, FlawedOnes) {
    using Flaw = TestAuthority::Flaw;
    const auto of = [this](Flaw flaw) { return verdict(authority_.issue("acme.okta.test", flaw), authority_.pem()); };

    EXPECT_THAT(of(Flaw::weak_key), HasSubstr("certificate is refused: EE certificate key too weak"));
    EXPECT_THAT(of(Flaw::self_signed), HasSubstr("from an unknown CA: self-signed certificate; is ca_file right?"));
    EXPECT_THAT(of(Flaw::for_clients), HasSubstr("certificate is refused: unsuitable certificate purpose"));
}

TEST_F(CertificateTest, CaFileWithoutACertificate) {
    const auto client = client_of(server_, "no PEM in here");
    EXPECT_THAT(trouble_of(send(*client, get())), HasSubstr("no CA certificate in ca_file"));
}

// ---- Answers without end

TEST_F(HttpsClientTest, HeadsAreBounded) {
    server_.next(answers("HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x') + "\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_THAT(trouble_of(send(get())), HasSubstr("header limit"));

    std::string many = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    for (int i = 0; i < 101; ++i) many += "X: y\r\n";
    server_.next(answers(many + "\r\n"));
    EXPECT_THAT(trouble_of(send(get())), HasSubstr("too many fields"));
}

TEST_F(HttpsClientTest, EndlessStreamsAreCut) {
    struct Stream {
        std::string beginning, again;
    };
    const std::string letters(200, 'y');
    for (const Stream& stream :
         {Stream{"", "HTTP/1.1 100 Continue\r\n\r\n"}, Stream{"HTTP/1.1 200 OK\r\n", "X: " + letters + "\r\n"},
          Stream{"HTTP/1.1 200 OK\r\nX: ", letters}, Stream{"HTTP/1.1 200 ", letters}, Stream{"", letters},
          Stream{"HTTP/1.1 200 OK\r\n\r\n", letters},
          Stream{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", letters}}) {
        server_.next([stream](Peer& peer) {
            peer.read_request();
            peer.send(stream.beginning);
            for (;;) peer.send(stream.again);
        });
        EXPECT_THAT(trouble_of(send(get())), StartsWith("acme.okta.test: reading the answer: ")) << stream.again;
    }
}

TEST_F(HttpsClientTest, BodyAboveTheMaximumIsRefused) {
    HttpRequest request = get();
    request.max_body = 1'000;
    server_.next(answers(answer(gzip(std::string(1'001, 'x')), "Content-Encoding: gzip\r\n")));
    EXPECT_THAT(trouble_of(send(std::move(request))), HasSubstr("larger than allowed"));
}

TEST_F(HttpsClientTest, UnknownEncodingsAreRefused) {
    for (const std::string fields : {"Content-Encoding: br\r\n", "Content-Encoding: gzip, gzip\r\n",
                                     "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"}) {
        server_.next(answers(answer("whatever", fields)));
        EXPECT_THAT(trouble_of(send(get())), HasSubstr("encoding we did not ask for")) << fields;
    }
    server_.next(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
    EXPECT_THAT(trouble_of(send(get())), HasSubstr("encoding we did not ask for"));
}

TEST_F(HttpsClientTest, GarbageIsNoAnswer) {
    server_.next(answers("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
    EXPECT_THAT(trouble_of(send(get())), StartsWith("acme.okta.test: reading the answer: "));
}

// ---- Peers that fall silent

TEST_F(HttpsClientTest, SilenceInTheHandshake) {
    shared_.deadlines.handshake = milliseconds(50);
    server_.next_raw([](Peer& peer) { peer.wait_for_end(); });

    EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: TLS: timed out");
}

TEST_F(HttpsClientTest, SilenceBeforeTheAnswer) {
    shared_.deadlines.first_byte = milliseconds(50);
    server_.next(answers(""));

    EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: reading the answer: timed out");
}

TEST_F(HttpsClientTest, SilenceWithinTheAnswer) {
    shared_.deadlines.between_bytes = milliseconds(200);
    for (const std::string sent :
         {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[", "HTTP/1.1 100 Continue\r\n\r\n"}) {
        server_.next(answers(sent));
        EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: reading the answer: timed out") << sent;
    }
}

TEST_F(HttpsClientTest, WholeRequestHasADeadline) {
    server_.next(answers(""));
    HttpRequest request = get();
    request.timeout = milliseconds(300);

    EXPECT_EQ(trouble_of(send(std::move(request))), "acme.okta.test: reading the answer: timed out");
}

TEST_F(HttpsClientTest, AnswerThatTricklesIsCutOff) {
    const auto trickle = [](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        for (int i = 0; i < 100'000; ++i) {
            std::this_thread::sleep_for(milliseconds(5));
            peer.send("x");
        }
    };
    server_.next(trickle);
    shared_.deadlines.least_rate_after = milliseconds(100);

    EXPECT_THAT(trouble_of(send(get())), HasSubstr("trickles"));

    server_.next(answers(answer(std::string(50'000, 'x'))));
    EXPECT_EQ(body_of(send(get())).size(), 50'000u) << "what is fast enough passes";
}

TEST_F(HttpsClientTest, TimedOutGetIsNotRepeated) {
    server_.next(answers(answer("[]")));
    EXPECT_EQ(body_of(send(get())), "[]");

    shared_.deadlines.first_byte = milliseconds(50);
    EXPECT_EQ(trouble_of(send(get())), "acme.okta.test: reading the answer: timed out");
    EXPECT_EQ(server_.connections(), 1);
}

// ---- Stopping

class StopTest : public HttpsClientTest {
protected:
    void stop_from_server() {
        asio::post(io_, [this] { stop_.request_stop(); });
    }
    void cancel_from_server() {
        asio::post(io_, [this] { tasks_.cancel(); });
    }
};

TEST_F(StopTest, StopEndsEveryPhase) {
    server_.next_raw([this](Peer& peer) {
        stop_from_server();
        peer.wait_for_end();
    });
    EXPECT_EQ(send(get()).error().kind(), ErrorKind::stopped);

    for (const std::string sent : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n["}) {
        stop_ = std::stop_source();
        server_.next([this, sent](Peer& peer) {
            peer.read_request();
            peer.send(sent);
            stop_from_server();
            peer.wait_for_end();
        });
        EXPECT_EQ(send(get()).error().kind(), ErrorKind::stopped) << sent;
    }
}

TEST_F(StopTest, StoppedBeforeItBegins) {
    stop_.request_stop();
    EXPECT_EQ(send(get()).error().kind(), ErrorKind::stopped);
}

TEST_F(StopTest, HardCancelGivesEverythingBack) {
    server_.next([this](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'x'));
        cancel_from_server();
        peer.wait_for_end();
    });
    HttpRequest request = get();
    request.max_body = mib;
    request.reserve_memory = true;
    Outcome outcome;
    start(*client_, std::move(request), outcome);

    run();

    EXPECT_EQ(memory_.used(), 0u);
    EXPECT_EQ(shared_.fetches.inside(), 0u);
}

// ---- Memory

class PageTest : public HttpsClientTest {
protected:
    static HttpRequest page() {
        HttpRequest request = get();
        request.max_body = 32 * mib;
        request.reserve_memory = true;
        return request;
    }
    /// About 12 MB of text, a length that a client cannot guess.
    static std::string large_answer() {
        std::string body;
        for (unsigned i = 0; body.size() < 12 * mib; ++i) body += std::to_string(i * 2'654'435'761U) + std::string(20, ' ');
        return chunked(gzip(body), 60'000, "Content-Encoding: gzip\r\n");
    }
};

TEST_F(PageTest, BodyHoldsItsSizeOfTheBudget) {
    server_.next(answers(answer(gzip(std::string(10'000, 'x')), "Content-Encoding: gzip\r\n")));

    auto got = send(page());

    ASSERT_TRUE(got);
    EXPECT_EQ(got->memory.bytes(), 10'000u);
    EXPECT_EQ(memory_.used(), 10'000u);
    EXPECT_EQ(shared_.fetches.inside(), 0u);
}

TEST_F(PageTest, OutgrownBudgetHasACodeAndTheExclusiveSlotHelps) {
    const std::string wire = large_answer();
    const auto others = memory_.try_reserve(60 * mib);
    server_.next(answers(wire));
    server_.next(answers(wire));

    auto refused = send(page());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), out_of_memory_budget());
    EXPECT_EQ(memory_.used(), 60 * mib);

    HttpRequest again = page();
    again.exclusive_memory = true;
    auto got = send(std::move(again));
    ASSERT_TRUE(got) << got.error().what();
    EXPECT_GE(got->body.size(), 12 * mib);
}

TEST_F(PageTest, WaitForMemoryDoesNotCountAgainstTheTimeout) {
    auto others = memory_.try_reserve(64 * mib);
    std::promise<void> released;
    const auto release_later = [](Clock& clock, ByteBudget::Reservation& held,
                                  std::promise<void>& done) -> asio::awaitable<void> {
        co_await clock.sleep_for(milliseconds(1'000), {});
        held.release();
        co_await clock.sleep_for(milliseconds(100), {});
        done.set_value();
    };
    server_.next([&](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[");
        asio::post(io_, [&] { tasks_.spawn(release_later(clock_, others, released)); });
        released.get_future().wait();
        peer.send("]");
        peer.wait_for_end();
    });
    HttpRequest request = page();
    request.timeout = milliseconds(900);

    EXPECT_EQ(body_of(send(std::move(request))), "[]");
}

TEST_F(PageTest, StalledBodyGivesItsSlotToOthers) {
    shared_.deadlines.fetch_slot = milliseconds(1);
    std::promise<void> go_on;
    server_.next([&go_on](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[");
        go_on.get_future().wait();
        peer.send("]");
        peer.wait_for_end();
    });
    Outcome outcome;
    start(*client_, page(), outcome);
    io_.restart();
    while (shared_.fetches.inside() == 0) io_.run_one();
    while (shared_.fetches.inside() != 0) io_.run_one();

    go_on.set_value();
    run();

    EXPECT_EQ(body_of(std::move(*outcome)), "[]");
}

// ---- Secrets

TEST_F(HttpsClientTest, CredentialsAreNeverLogged) {
    log::setup("debug", false);
    const log::Capture capture;
    server_.next(answers(answer("[]")));
    server_.next(answers("garbage"));
    HttpRequest request = get();
    request.authorization = Secret("Bearer s3cr3t");
    EXPECT_EQ(body_of(send(std::move(request))), "[]");
    HttpRequest refused = get();
    refused.authorization = Secret("Bearer s3cr3t\r\n");
    EXPECT_THAT(trouble_of(send(std::move(refused))), testing::Not(HasSubstr("s3cr3t")));

    EXPECT_THAT(capture.text(), HasSubstr("connected"));
    EXPECT_THAT(capture.text(), testing::Not(HasSubstr("s3cr3t")));
    log::setup("info", false);
}

}  // namespace
}  // namespace oktail
