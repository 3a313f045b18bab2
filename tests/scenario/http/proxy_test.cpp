// The real client on bad lines, and through proxies good and bad.

#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "http/https_client.hpp"
#include "support/fault_proxy.hpp"
#include "support/misbehaving_server.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using Peer = MisbehavingServer::Peer;
using Kind = LineFault::Kind;

constexpr std::size_t mib = 1024 * 1024;

class LineTest : public testing::Test {
protected:
    LineTest() {
        shared_.deadlines.handshake = milliseconds(200);
        shared_.deadlines.first_byte = milliseconds(200);
        shared_.deadlines.between_bytes = milliseconds(200);
    }

    /// One connection that answers every request with this.
    void serve(const std::string& body) {
        server_.next(
            [answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body](Peer& peer) {
                for (;;) {
                    peer.read_request();
                    peer.send(answer);
                }
            });
    }
    Result<HttpResponse> send(HttpsEndpoint endpoint) {
        endpoint.ca_pem = authority_.pem();
        const auto client = make_https_client(std::move(endpoint), shared_, clock_);
        std::optional<Result<HttpResponse>> outcome;
        tasks_.spawn(send(*client, outcome));
        io_.restart();
        while (!tasks_.empty()) io_.run_one();
        return std::move(*outcome);
    }
    std::string trouble_of(const Result<HttpResponse>& outcome) {
        return outcome ? "no error, but " + std::to_string(outcome->head.status()) : outcome.error().what();
    }

    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    SteadyClock clock_;
    ByteBudget memory_{64 * mib};
    HttpShared shared_{clock_, memory_, 1};
    TestAuthority authority_;
    MisbehavingServer server_{authority_.issue("acme.okta.test")};
    TaskGroup tasks_{io_.get_executor()};

private:
    asio::awaitable<void> send(HttpClient& client, std::optional<Result<HttpResponse>>& outcome) {
        auto got = co_await client.send(HttpRequest(Method::get, "/api/v1/logs"), std::stop_token());
        outcome.emplace(std::move(got));
    }
};

/// Bytes all over a conversation of some 7 kB, in both directions: what comes is whole and right, or it is an error.
TEST_F(LineTest, NoByteOfAConversationCanBeSpoiltUnnoticed) {
    std::string body;
    for (int i = 0; i < 4'000; ++i) body += static_cast<char>('a' + i % 26);
    LineFault fault;
    bool on_the_way_back = true;
    std::mutex mutex;
    const FaultProxy line(server_.port(), [&](int) {
        const std::lock_guard lock(mutex);
        FaultProxy::Line spoilt;
        (on_the_way_back ? spoilt.to_client : spoilt.to_server) = fault;
        return spoilt;
    });
    std::map<Kind, int> noticed;
    std::map<Kind, int> passed;

    for (const Kind kind : {Kind::cut, Kind::reset, Kind::corrupt})
        for (const bool back : {true, false})
            for (std::size_t at = static_cast<std::size_t>(kind); at < (back ? 7'000U : 1'000U); at += 67) {
                {
                    const std::lock_guard lock(mutex);
                    fault = LineFault(kind, at);
                    on_the_way_back = back;
                }
                serve(body);
                HttpsEndpoint endpoint(Origin("acme.okta.test"));
                endpoint.connect_to = "127.0.0.1:" + std::to_string(line.port());
                const auto outcome = send(std::move(endpoint));
                ++(outcome ? passed : noticed)[kind];
                if (outcome) {
                    ASSERT_EQ(outcome->body.view(), body) << "kind " << static_cast<int>(kind) << " at " << at;
                }
            }

    for (const Kind kind : {Kind::cut, Kind::reset, Kind::corrupt}) EXPECT_GT(noticed[kind], 50) << static_cast<int>(kind);
    EXPECT_GT(passed[Kind::cut], 0) << "behind the end there is nothing to spoil";
}

TEST_F(LineTest, SlicesAndDelaysChangeNothing) {
    const std::string body(2'000, 'x');
    for (const LineFault fault : {LineFault(Kind::slice, 0), LineFault(Kind::delay, 1'500, milliseconds(100))}) {
        const FaultProxy line(server_.port(), [fault](int) { return FaultProxy::Line{fault, fault}; });
        serve(body);
        HttpsEndpoint endpoint(Origin("acme.okta.test"));
        endpoint.connect_to = "127.0.0.1:" + std::to_string(line.port());

        const auto outcome = send(std::move(endpoint));

        ASSERT_TRUE(outcome) << outcome.error().what();
        EXPECT_EQ(outcome->body.view(), body);
    }
}

TEST_F(LineTest, StalledLineTimesOutInEveryPhase) {
    for (const std::size_t at : {0, 600, 3'000}) {
        const FaultProxy line(server_.port(), [at](int) { return FaultProxy::Line{LineFault(Kind::stall, at), {}}; });
        serve(std::string(4'000, 'x'));
        HttpsEndpoint endpoint(Origin("acme.okta.test"));
        endpoint.connect_to = "127.0.0.1:" + std::to_string(line.port());

        EXPECT_THAT(trouble_of(send(std::move(endpoint))), HasSubstr("timed out")) << at;
    }
}

class ProxyTest : public LineTest {
protected:
    HttpsEndpoint through(const FaultProxy& proxy, const std::string& authorization = "") {
        HttpsEndpoint endpoint(Origin("acme.okta.test"));
        endpoint.connect_to = "127.0.0.1:" + std::to_string(server_.port());
        endpoint.proxy = "127.0.0.1:" + std::to_string(proxy.port());
        if (!authorization.empty())
            endpoint.proxy_authorization = [authorization](std::stop_token) -> asio::awaitable<Result<Secret>> {
                co_return Secret(authorization);
            };
        return endpoint;
    }
    /// What comes of a proxy that gives this answer.
    std::string trouble_with(std::optional<std::string> answer, const std::string& authorization = "") {
        const FaultProxy proxy([answer](const std::string&) { return answer; });
        const auto outcome = send(through(proxy, authorization));
        if (!outcome) {
            EXPECT_EQ(outcome.error().code(), no_tunnel());
            EXPECT_EQ(outcome.error().kind(), ErrorKind::transient);
        }
        const std::string trouble = trouble_of(outcome);
        const std::size_t end = trouble.find(": ", trouble.find("proxy 127.0.0.1"));
        return end == std::string::npos ? trouble : trouble.substr(end + 2);
    }
};

TEST_F(ProxyTest, TunnelCarriesTlsToTheOrg) {
    std::string asked;
    const FaultProxy proxy([&asked](const std::string& head) {
        asked = head;
        return "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
    });
    std::string request;
    server_.next([&request](Peer& peer) {
        request = peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
        peer.wait_for_end();
    });

    const auto outcome = send(through(proxy, "Basic c2llbTpzZWNyZXQ="));

    ASSERT_TRUE(outcome) << outcome.error().what();
    const std::string there = "127.0.0.1:" + std::to_string(server_.port());
    EXPECT_THAT(asked, HasSubstr("CONNECT " + there + " HTTP/1.1\r\nHost: " + there + "\r\n"));
    EXPECT_THAT(asked, HasSubstr("\r\nProxy-Authorization: Basic c2llbTpzZWNyZXQ=\r\n"));
    EXPECT_THAT(request, HasSubstr("Host: acme.okta.test\r\n"));
    EXPECT_THAT(request, Not(HasSubstr("Proxy"))) << "what the proxy knows is none of the org's business";
}

TEST_F(ProxyTest, WhateverItDoesInsteadIsItsFault) {
    EXPECT_THAT(trouble_with("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!"),
                HasSubstr("it wants credentials"));
    EXPECT_THAT(trouble_with("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "Basic eA=="),
                HasSubstr("it refuses the credentials in proxy_auth_file"));
    EXPECT_THAT(trouble_with("HTTP/1.1 502 Bad Gateway\r\n\r\n"), HasSubstr("it does not reach the org"));
    EXPECT_THAT(trouble_with("SSH-2.0-OpenSSH_9.2\r\n"), HasSubstr("its answer is no HTTP"));
    EXPECT_THAT(trouble_with(""), HasSubstr("the server closed the connection"));
    EXPECT_THAT(trouble_with(std::nullopt), HasSubstr("timed out"));
    EXPECT_THAT(trouble_with("HTTP/1.1 500 OK\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n"),
                HasSubstr("its answer is no HTTP"));
    EXPECT_EQ(server_.connections(), 0) << "nothing got through";
    EXPECT_THAT(trouble_with("HTTP/1.1 200 OK\r\n\r\nand more"), HasSubstr("it says more than an answer"));
}

TEST_F(ProxyTest, OneThatIsNotThereIsToldApart) {
    HttpsEndpoint endpoint(Origin("acme.okta.test"));
    endpoint.proxy = "127.0.0.1:1";

    const auto outcome = send(std::move(endpoint));

    EXPECT_EQ(trouble_of(outcome), "acme.okta.test: proxy 127.0.0.1:1: 127.0.0.1: Connection refused");
    EXPECT_EQ(outcome.error().code(), no_tunnel());
}

}  // namespace
}  // namespace oktail
