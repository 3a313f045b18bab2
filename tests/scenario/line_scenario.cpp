// The whole daemon on bad lines to Okta, and behind a proxy.

#include "core/log.hpp"
#include "scenario/daemon_fixture.hpp"
#include "support/fault_proxy.hpp"
#include "support/seed.hpp"

#include <array>
#include <mutex>
#include <random>

namespace oktail {
namespace {

using std::chrono::milliseconds;

const std::string acme = "acme.okta.com";

using LineScenario = DaemonScenario;

TEST_F(LineScenario, BadLinesLoseAndRepeatNothing) {
    okta({acme + ",backlog=9000,limit=100000"});
    std::mt19937 random(seed());
    std::mutex mutex;
    constexpr int bad_ones = 15;
    // A stall would be waited for 45 s; what tests that, tests it with shorter deadlines.
    constexpr std::array kinds{LineFault::Kind::cut, LineFault::Kind::reset, LineFault::Kind::corrupt, LineFault::Kind::delay,
                               LineFault::Kind::slice};
    const FaultProxy line(okta_->port(), [&](int connection) {
        const std::lock_guard lock(mutex);
        if (connection >= bad_ones) return FaultProxy::Line();
        const LineFault fault(kinds[static_cast<std::size_t>(connection) % kinds.size()], random() % 300'000,
                              milliseconds(200));
        if (random() % 4 == 0) return FaultProxy::Line{{}, LineFault(fault.kind, fault.at % 3'000, fault.pause)};
        return FaultProxy::Line{fault, {}};
    });
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    config_.tenants.back().connect_to = "127.0.0.1:" + std::to_string(line.port());

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        okta_->emit(acme, 50);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_GT(line.connections(), 2);
}

TEST_F(LineScenario, BehindAProxyThatWantsCredentials) {
    okta({acme + ",backlog=1200,limit=100000"});
    std::mutex mutex;
    std::vector<std::string> asked;
    std::string wanted = "Basic c2llbTpvbGQ=";  // siem:old
    const FaultProxy proxy([&](const std::string& head) -> std::optional<std::string> {
        const std::lock_guard lock(mutex);
        asked.push_back(head);
        const bool knows = head.find("\r\nProxy-Authorization: " + wanted + "\r\n") != std::string::npos;
        return knows ? "HTTP/1.1 200 Connection established\r\n\r\n" : "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    });
    const auto secret = dir_ / "proxy.auth";
    std::ofstream(secret) << "siem:wrong";
    std::filesystem::permissions(secret, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    config_.tenants.back().proxy = "127.0.0.1:" + std::to_string(proxy.port());
    config_.tenants.back().proxy_auth_file = secret;
    const log::Capture log;

    {
        const Running daemon(config_);
        EXPECT_TRUE(
            eventually([&] { return log.text().find("refuses the credentials in proxy_auth_file") != std::string::npos; }));
        EXPECT_TRUE(lines("exact/acme.ndjson").empty());
        std::ofstream(secret) << "siem:old\n";
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme)) << "without a restart";
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    const std::string there = "127.0.0.1:" + std::to_string(okta_->port());
    for (const std::string& head : asked) {
        EXPECT_TRUE(head.starts_with("CONNECT " + there + " HTTP/1.1\r\n")) << head;
        EXPECT_EQ(head.find("\r\nAuthorization:"), std::string::npos) << "the org's credentials are none of its business";
    }
    for (const char* of_the_proxy : {"siem:wrong", "c2llbTp3cm9uZw==", "c2llbTpvbGQ="})
        EXPECT_EQ(log.text().find(of_the_proxy), std::string::npos);
    EXPECT_NE(log.text().find("proxy " + config_.tenants.back().proxy), std::string::npos);
}

}  // namespace
}  // namespace oktail
