// The whole daemon in this process, against the simulator over loopback TLS.

#include "core/log.hpp"
#include "scenario/daemon_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Standard output into a pipe that nobody reads, as long as this lives. So long nothing may be expected: the report would wait
/// too.
class StuckStandardOutput {
public:
    StuckStandardOutput() : kept_(::dup(STDOUT_FILENO)) {
        std::signal(SIGPIPE, SIG_IGN);
        std::fflush(stdout);
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        ::dup2(pipe[1], STDOUT_FILENO);
        ::close(pipe[1]);
        reader_ = pipe[0];
    }
    StuckStandardOutput(const StuckStandardOutput&) = delete;
    StuckStandardOutput& operator=(const StuckStandardOutput&) = delete;
    ~StuckStandardOutput() {
        ::dup2(kept_, STDOUT_FILENO);
        ::close(kept_);
        if (reader_ >= 0) ::close(reader_);
    }
    /// Ends the write that waits, as a stop does not.
    void lose_reader() { ::close(std::exchange(reader_, -1)); }
    bool holds_something() const {
        int bytes = 0;
        return ::ioctl(reader_, FIONREAD, &bytes) == 0 && bytes > 0;
    }

private:
    int kept_;
    int reader_ = -1;
};

const std::string acme = "acme.okta.com";
const std::string globex = "globex.okta.com";

TEST_F(DaemonScenario, EveryTenantReachesEverySink) {
    okta({acme + ",backlog=2500,limit=100000", globex + ",backlog=1200,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_file_sink("plain", Delivery::at_least_once);
    add_tenant(acme, {"exact", "plain"});
    add_tenant(globex, {"exact", "plain"});

    {
        const Running daemon(config_);
        for (const char* sink : {"exact/", "plain/"}) {
            EXPECT_TRUE(has_all(sink + std::string("acme.ndjson"), acme));
            EXPECT_TRUE(has_all(sink + std::string("globex.ndjson"), globex));
        }
        okta_->emit(acme, 30);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_TRUE(has_all("plain/acme.ndjson", acme));
    }

    for (const char* sink : {"exact/", "plain/"}) {
        EXPECT_EQ(lines(sink + std::string("acme.ndjson")), okta_->events(acme));
        EXPECT_EQ(lines(sink + std::string("globex.ndjson")), okta_->events(globex));
    }
    EXPECT_EQ(okta_->violations(acme), "");
    EXPECT_EQ(okta_->tokens_minted(acme), 1u);
}

TEST_F(DaemonScenario, TwoTenantsOnTwoShardsShareAFile) {
    okta({acme + ",backlog=1500,limit=100000", globex + ",backlog=1500,limit=100000"});
    add_file_sink("all", Delivery::exactly_once, "all.ndjson");
    add_tenant(acme, {"all"});
    add_tenant(globex, {"all"});

    {
        const Running daemon(config_);
        EXPECT_TRUE(eventually([&] { return lines("all/all.ndjson").size() >= 3'000; }));
    }

    auto written = lines("all/all.ndjson");
    auto wanted = okta_->events(acme);
    std::vector<std::string> of_acme;
    for (const auto& line : written)
        if (std::find(wanted.begin(), wanted.end(), line) != wanted.end()) of_acme.push_back(line);
    EXPECT_EQ(of_acme, wanted) << "each tenant's order is Okta's";
    for (auto& line : okta_->events(globex)) wanted.push_back(line);
    std::sort(written.begin(), written.end());
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(written, wanted);
}

TEST_F(DaemonScenario, TroubleOfEveryKindLosesAndRepeatsNothing) {
    okta({acme + ",backlog=12000,limit=100000"});
    okta_->fault(R"([{"endpoint":"logs","nth":2,"do":"reset_in_body","after":5000},
                     {"endpoint":"logs","nth":4,"do":"cut_gzip","bytes":7},
                     {"endpoint":"logs","nth":6,"do":"answer","status":503,"body":"<html>"},
                     {"endpoint":"logs","nth":8,"do":"token_expired"},
                     {"endpoint":"logs","nth":10,"do":"rate_limit","reset_in":1},
                     {"endpoint":"logs","nth":12,"do":"repeat_events"},
                     {"endpoint":"logs","nth":14,"do":"wrong_body"},
                     {"endpoint":"logs","nth":16,"do":"concurrency"},
                     {"endpoint":"logs","nth":18,"do":"short_page"},
                     {"endpoint":"token","nth":1,"do":"overloaded"}])");
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_EQ(okta_->violations(acme), "");
}

TEST_F(DaemonScenario, ForeignNextLinkHoldsTheTenantAndNothingIsSkipped) {
    okta({acme + ",backlog=2500,limit=100000"});
    okta_->fault(R"({"endpoint":"logs","times":2,"do":"next_link","url":"https://evil.example/api/v1/logs?after=1"})");
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    const log::Capture log;

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_NE(log.text().find("SECURITY"), std::string::npos);
    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
}

TEST_F(DaemonScenario, EventThatIsNoLineGoesToTheDeadLettersAndThePageGoesOn) {
    okta({acme + ",backlog=1200,limit=100000"});
    okta_->fault(R"({"endpoint":"logs","nth":1,"do":"insert_event","text":"{\"a\":\"torn\nline\"}"})");
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_EQ(lines("state/dead-letters/acme/exact.ndjson").size(), 1u);
}

TEST_F(DaemonScenario, RestartGoesOnWhereItStopped) {
    okta({acme + ",backlog=1200,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    for (int life = 0; life < 3; ++life) {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        okta_->emit(acme, 100);
    }

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
}

TEST_F(DaemonScenario, RevokedTokenIsReplacedWithinTheRun) {
    okta({acme + ",backlog=100,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        okta_->with([&] { okta_->okta().find(acme)->clients.revoke_tokens(); });
        okta_->emit(acme, 10);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_EQ(okta_->tokens_minted(acme), 2u);
}

TEST_F(DaemonScenario, BrokenTenantLeavesTheOtherAlone) {
    okta({acme + ",backlog=1200,limit=100000", globex + ",backlog=100,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    add_tenant(globex, {"exact"});
    okta_->with([&] { okta_->okta().find(globex)->clients.find(okta_->okta().find(globex)->client_id)->installed = false; });
    const log::Capture log;

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_TRUE(eventually([&] { return log.text().find("tenant=globex") != std::string::npos; }));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_TRUE(lines("exact/globex.ndjson").empty());
}

/// Orgs that are a nuisance, each in its own way and for ever.
const std::map<std::string, std::string> nuisances{
    {"stalls.okta.com", R"({"org":"stalls.okta.com","endpoint":"logs","do":"stall","seconds":600})"},
    {"no-token.okta.com", R"({"org":"no-token.okta.com","endpoint":"token","do":"black_hole"})"},
    {"fails.okta.com", R"({"org":"fails.okta.com","endpoint":"logs","do":"answer","status":500})"},
    {"storms.okta.com", R"({"org":"storms.okta.com","endpoint":"logs","do":"rate_limit","reset_in":1})"},
    {"crowded.okta.com", R"({"org":"crowded.okta.com","endpoint":"logs","do":"concurrency","reset_in":1})"},
    {"revokes.okta.com", R"({"org":"revokes.okta.com","endpoint":"logs","do":"token_revoked"})"},
    {"refuses.okta.com",
     R"({"org":"refuses.okta.com","endpoint":"token","do":"answer","status":401,"body":"{\"error\":\"invalid_client\"}"})"},
    {"no-role.okta.com", R"({"org":"no-role.okta.com","endpoint":"logs","do":"role_missing"})"},
    {"portal.okta.com", R"({"org":"portal.okta.com","endpoint":"logs","do":"wrong_body","body":"<html>"})"},
    {"strays.okta.com", R"({"org":"strays.okta.com","endpoint":"logs","do":"next_link"})"},
    {"torn.okta.com", R"({"org":"torn.okta.com","endpoint":"logs","do":"cut_gzip"})"},
    {"dribbles.okta.com", R"({"org":"dribbles.okta.com","endpoint":"logs","do":"slow","piece":16,"pause_ms":500})"},
    {"resets.okta.com", R"({"org":"resets.okta.com","endpoint":"logs","do":"reset_in_body","after":5000})"},
};

TEST_F(DaemonScenario, NuisancesAndDeadSinksLeaveTheOthersAlone) {
    std::vector<std::string> good;
    for (int i = 1; i <= 20; ++i) good.push_back("good-" + std::to_string(i) + ".okta.com");
    std::vector<std::string> orgs{"gone.okta.com,backlog=300", "mute.okta.com,backlog=300"};
    for (const auto& org : good) orgs.push_back(org + ",backlog=1200,limit=100000");
    for (const auto& [org, fault] : nuisances) orgs.push_back(org + ",backlog=1200,limit=100000");
    okta(orgs);
    add_file_sink("exact", Delivery::exactly_once);
    add_file_sink("dead", Delivery::exactly_once);
    add_stdout_sink("stuck");
    std::ofstream(dir_ / "dead") << "no directory";
    asio::io_context io;
    const asio::ip::tcp::acceptor mute(io, {asio::ip::address_v4::loopback(), 0});
    for (const auto& [org, fault] : nuisances) {
        okta_->fault(fault);
        add_tenant(org, {"exact"});
    }
    add_tenant("gone.okta.com", {"exact"});
    config_.tenants.back().connect_to = "127.0.0.1:1";
    add_tenant("mute.okta.com", {"exact"});
    config_.tenants.back().connect_to = "127.0.0.1:" + std::to_string(mute.local_endpoint().port());
    for (const auto& org : good) add_tenant(org, {"exact", "dead", "stuck"});
    const auto file = [](const std::string& org) { return "exact/" + org.substr(0, org.find('.')) + ".ndjson"; };
    const auto delivered = [&](const std::string& org) { return has_all(file(org), org); };
    const auto asked = [this](const auto& nuisance) {
        return eventually([&] { return okta_->with([&] { return !okta_->okta().find(nuisance.first)->answers.empty(); }); });
    };
    const log::Capture log;

    bool all_delivered = false;
    bool all_asked = false;
    bool lived_on = false;
    bool stuck = false;
    {
        StuckStandardOutput output;
        const Running daemon(config_);
        all_delivered = std::ranges::all_of(good, delivered);
        all_asked = std::ranges::all_of(nuisances, asked);
        for (const auto& org : good) okta_->emit(org, 10);
        lived_on = std::ranges::all_of(good, delivered);
        stuck = output.holds_something();
        output.lose_reader();
    }

    EXPECT_TRUE(all_delivered && all_asked && lived_on && stuck) << all_delivered << all_asked << lived_on << stuck;
    for (const auto& org : good) {
        EXPECT_EQ(lines(file(org)), okta_->events(org)) << org;
        EXPECT_EQ(okta_->violations(org), "");
    }
    for (const auto& [org, fault] : nuisances) EXPECT_TRUE(lines(file(org)).empty()) << org;
    EXPECT_NE(log.text().find("tenant=gone"), std::string::npos);
    EXPECT_NE(log.text().find("sink=dead"), std::string::npos);
}

TEST_F(DaemonScenario, NoSecretIsInTheLogAtAnyLevel) {
    okta({acme + ",backlog=100,limit=100000"});
    okta_->fault(
        R"([{"endpoint":"logs","nth":2,"do":"token_expired"},{"endpoint":"logs","nth":4,"do":"answer","status":500}])");
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    log::setup("trace", false);
    const log::Capture log;

    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_TRUE(eventually([&] { return okta_->tokens_minted(acme) == 2; }));
    }

    log::setup("info", false);
    EXPECT_EQ(log.text().find(okta_->secret(acme)), std::string::npos);
    EXPECT_EQ(log.text().find("Bearer "), std::string::npos);
    EXPECT_EQ(log.text().find("Basic "), std::string::npos);
}

TEST_F(DaemonScenario, AReloadLeavesAloneWhatItDoesNotName) {
    okta({acme + ",backlog=1500,limit=100000", globex + ",backlog=1500,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});

    {
        Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        add_tenant(globex, {"exact"});
        EXPECT_EQ(summary(daemon.apply(config_)), "1 tenants begun");
        EXPECT_TRUE(has_all("exact/globex.ndjson", globex));
        okta_->emit(acme, 30);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_EQ(summary(daemon.apply(config_)), "nothing is different");
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_EQ(lines("exact/globex.ndjson"), okta_->events(globex));
    EXPECT_EQ(okta_->tokens_minted(acme), 1u) << "it went on with its token";
}

TEST_F(DaemonScenario, ARemovedTenantThatReturnsGoesOnWhereItWas) {
    okta({acme + ",backlog=1500,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    Config without = config_;
    without.tenants.clear();

    {
        Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_EQ(summary(daemon.apply(without)), "1 tenants ended");
        okta_->emit(acme, 30);
        daemon.apply(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
}

TEST_F(DaemonScenario, AnotherSinkBeginsAgainAndTheTenantsOthersGoOn) {
    okta({acme + ",backlog=1500,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_file_sink("plain", Delivery::at_least_once);
    add_tenant(acme, {"exact", "plain"});

    {
        Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_TRUE(has_all("plain/acme.ndjson", acme));
        config_.sinks.pop_back();
        add_file_sink("plain", Delivery::exactly_once);
        EXPECT_EQ(summary(daemon.apply(config_)),
                  "1 routes ended in other tenants, 1 routes begun in other tenants, 1 sinks ended, 1 sinks begun");
        okta_->emit(acme, 30);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_TRUE(has_all("plain/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
    EXPECT_EQ(lines("plain/acme.ndjson"), okta_->events(acme));
    EXPECT_EQ(okta_->tokens_minted(acme), 1u);
}

TEST_F(DaemonScenario, ANewRouteThatStartsNowJoinsTheOthersWhereTheyAre) {
    okta({acme + ",backlog=1500,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});

    {
        Running daemon(config_);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        add_file_sink("late", Delivery::exactly_once);
        RouteConfig late;
        late.sink = "late";
        late.start = StartPoint();
        config_.tenants[0].sinks.push_back(late);
        daemon.apply(config_);
        okta_->emit(acme, 30);
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
        EXPECT_TRUE(eventually([&] { return lines("late/acme.ndjson").size() >= 30; }));
    }

    const auto all = okta_->events(acme);
    EXPECT_EQ(lines("late/acme.ndjson"), std::vector<std::string>(all.end() - 30, all.end()));
}

TEST_F(DaemonScenario, AReloadReadsTheCertificatesAgain) {
    okta({acme + ",backlog=50,limit=100000"});
    add_file_sink("exact", Delivery::exactly_once);
    add_tenant(acme, {"exact"});
    const auto trusted = okta_->ca_pem();
    std::ofstream(dir_ / "ca.pem") << "nobody";

    {
        Running daemon(config_);
        std::ofstream(dir_ / "ca.pem") << trusted;
        EXPECT_EQ(summary(daemon.apply(config_)), "1 tenants ended, 1 tenants begun");
        EXPECT_TRUE(has_all("exact/acme.ndjson", acme));
    }

    EXPECT_EQ(lines("exact/acme.ndjson"), okta_->events(acme));
}

}  // namespace
}  // namespace oktail
