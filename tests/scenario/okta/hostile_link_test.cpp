// Links that lead elsewhere, over real TLS, with somebody listening wherever they lead: not a byte may arrive there.

#include "core/steady_clock.hpp"
#include "http/https_client.hpp"
#include "okta/tenant_source.hpp"
#include "support/fake_authorizer.hpp"
#include "support/manual_clock.hpp"
#include "support/misbehaving_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace oktail {
namespace {

using asio::ip::tcp;
using std::chrono::minutes;
using std::chrono::seconds;
using Peer = MisbehavingServer::Peer;

const std::string place = "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000&sortOrder=ASCENDING&after=1";
const std::string onward = "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000&sortOrder=ASCENDING&after=2";

/// Listens, and knows whether anybody came.
class Trap {
public:
    Trap(asio::io_context& io, const std::string& address, std::uint16_t port)
        : acceptor_(io, tcp::endpoint(asio::ip::make_address(address), port)) {
        acceptor_.non_blocking(true);
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    bool is_sprung() {
        boost::system::error_code ec;
        tcp::socket visitor(acceptor_.get_executor());
        acceptor_.accept(visitor, ec);
        return ec != asio::error::would_block;
    }

private:
    tcp::acceptor acceptor_;
};

/// Every spelling of an authority that some client somewhere takes for one of the traps.
std::vector<std::string> authorities(const std::string& trap) {
    return {"127.0.0.1:" + trap,
            "127.0.0.2:" + trap,
            "[::1]:" + trap,
            "[::ffff:127.0.0.1]:" + trap,
            "localhost:" + trap,
            "127.1:" + trap,
            "2130706433:" + trap,
            "0x7f000001:" + trap,
            "0177.0.0.1:" + trap,
            "acme.okta.test:" + trap,
            "acme.okta.test.:" + trap,
            "acme.okta.test@127.0.0.1:" + trap,
            "acme.okta.test:443@127.0.0.1:" + trap,
            "user:password@acme.okta.test:" + trap,
            "127.0.0.1:" + trap + "#@acme.okta.test",
            "127.0.0.1:" + trap + "?@acme.okta.test",
            "127.0.0.1:" + trap + "\\@acme.okta.test",
            "127.0.0.1:" + trap + "/@acme.okta.test",
            "acme.okta.test\\@127.0.0.1:" + trap,
            "acme.okta.test%40127.0.0.1:" + trap,
            "acme.okta.test,127.0.0.1:" + trap,
            "xn--acme-5ve.okta.test:" + trap,
            "\xd0\xb0\x63me.okta.test:" + trap,
            "localhost%2f:" + trap};
}

std::vector<std::string> hostile_links(const std::string& trap) {
    std::vector<std::string> links;
    for (const std::string scheme : {"https://", "http://", "HTTPS://", "//", "https:/", "https:\\\\", "https:", "ws://", ""})
        for (const std::string& authority : authorities(trap)) links.push_back(scheme + authority + onward);
    return links;
}

std::string page(const std::string& link) {
    const std::string body = R"([{"uuid":"00000000-0000-4000-8000-000000000001"}])";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLink: <" + link +
           ">; rel=\"next\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HostileLinks, NobodyElseHearsFromUs) {
    asio::io_context io{1};
    Trap loopback(io, "127.0.0.1", 0);
    Trap neighbour(io, "127.0.0.2", loopback.port());
    Trap six(io, "::1", loopback.port());
    const std::vector<std::string> links = hostile_links(std::to_string(loopback.port()));
    ASSERT_GE(links.size(), 200u);

    std::vector<std::string> requests;  // the server's thread has ended when we look
    std::atomic<std::size_t> answered = 0;
    const TestAuthority authority;
    std::optional<MisbehavingServer> server(authority.issue("acme.okta.test"));
    server->next([&](Peer& peer) {
        for (const std::string& link : links) {
            requests.push_back(peer.read_request());
            ++answered;
            peer.send(page(link));
        }
        requests.push_back(peer.read_request());
        peer.send(page("https://acme.okta.test" + onward));
        peer.wait_for_end();
    });

    SteadyClock network_clock;
    ManualClock clock;
    ByteBudget memory(64U * 1024 * 1024);
    Happenings happenings(clock);
    FakeAuthorizer authorizer(clock);
    PageSlicer slicer;
    std::stop_source stop;
    Result<PagePtr> got = Error(ErrorKind::transient, "nothing yet");
    bool done = false;
    {
        HttpShared shared(network_clock, memory, 1);
        HttpsEndpoint endpoint(Origin("acme.okta.test"));
        endpoint.connect_to = "127.0.0.1:" + std::to_string(server->port());
        endpoint.ca_pem = authority.pem();
        const auto http = make_https_client(std::move(endpoint), shared, network_clock);
        LogsClient logs(log::Scope("acme"), Origin("acme.okta.test"), {}, seconds(60), *http, authorizer, slicer, clock,
                        happenings);
        TenantSource source(TenantSource::Settings(), Query("https://acme.okta.test", ""), logs, authorizer, memory, clock,
                            io.get_executor());
        source.start(stop.get_token());
        asio::co_spawn(io, source.fetch(Cursor(place), stop.get_token()), [&](std::exception_ptr, Result<PagePtr> page) {
            got = std::move(page);
            done = true;
        });
        while (!done && io.run_one_for(seconds(20)) != 0) {
            // All backoffs are over at once.
            io.poll();
            clock.advance(minutes(2));
        }
        stop.request_stop();
        io.restart();
        io.poll();
    }
    server.reset();

    ASSERT_TRUE(done && got) << "after " << answered << " links";
    EXPECT_EQ((*got)->next().target(), onward);
    EXPECT_EQ(requests.size(), links.size() + 1);
    for (const std::string& request : requests) EXPECT_EQ(request.substr(0, request.find('\r')), "GET " + place + " HTTP/1.1");
    EXPECT_FALSE(loopback.is_sprung());
    EXPECT_FALSE(neighbour.is_sprung());
    EXPECT_FALSE(six.is_sprung());
}

}  // namespace
}  // namespace oktail
