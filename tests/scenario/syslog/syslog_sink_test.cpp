#include "sink/syslog/syslog_sink.hpp"

#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "sink/syslog/syslog_sink_factory.hpp"
#include "support/batch_of.hpp"
#include "support/fake_store.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"
#include "support/syslog_parser.hpp"
#include "support/syslog_receiver.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <future>
#include <set>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = SyslogReceiver::Kind;

std::vector<std::string> events(std::size_t begin, std::size_t end, std::size_t size = 100) {
    std::vector<std::string> out;
    for (std::size_t n = begin; n < end; ++n)
        out.push_back("{\"n\":" + std::to_string(n) + ",\"x\":\"" + std::string(size, 'x') + "\"}");
    return out;
}

std::vector<std::string> texts(const std::vector<std::string>& messages) {
    std::vector<std::string> out;
    for (const std::string& message : messages) out.push_back(parse_syslog(message).value_or(SyslogParts()).message);
    return out;
}

std::vector<std::string> without_repeats(const std::vector<std::string>& all) {
    std::set<std::string> seen;
    std::vector<std::string> out;
    for (const std::string& one : all)
        if (seen.insert(one).second) out.push_back(one);
    return out;
}

class SyslogSinkTest : public testing::Test {
protected:
    SyslogSinkTest() {
        options_->transport = SyslogTransport::tcp;
        deadlines.connect = milliseconds(2'000);
        deadlines.probation = milliseconds(20);
        deadlines.longest_backoff = milliseconds(250);
        deadlines.finish = milliseconds(200);
    }
    ~SyslogSinkTest() override { close(); }

    SyslogReceiver& receiver(SyslogReceiver::Options how = {}) {
        receivers_.push_back(std::make_unique<SyslogReceiver>(std::move(how)));
        options_->addresses.push_back(receivers_.back()->address());
        return *receivers_.back();
    }
    SyslogReceiver& relp_receiver(std::function<std::string(std::string_view)> answer) {
        options_->transport = SyslogTransport::relp;
        SyslogReceiver::Options how;
        how.kind = Kind::relp;
        how.answer = std::move(answer);
        return receiver(std::move(how));
    }
    /// A port where nobody listens.
    static std::uint16_t free_port() { return SyslogReceiver(SyslogReceiver::Options()).port(); }

    void make_sink() {
        const SinkDeps deps(clock_, store_, no_names(), {shard.executor(), second.executor()}, false);
        sink = std::make_unique<SyslogSink>("siem", options_, deps, deadlines);
    }
    std::unique_ptr<SinkWriter> open(const std::string& tenant, Shard& on) {
        if (!sink) make_sink();
        return std::move(*run_on(on, sink->open(RouteId(tenant, "siem"), TenantProfile(tenant + ".okta.com"))));
    }
    std::unique_ptr<SinkWriter> open(const std::string& tenant = "acme") { return open(tenant, shard); }
    WriteOutcome write(SinkWriter& writer, const std::vector<std::string>& what, std::size_t first = 0) {
        return start(writer, what, first).get();
    }
    std::future<WriteOutcome> start(SinkWriter& writer, const std::vector<std::string>& what, std::size_t first = 0) {
        return start_on(shard, writer.write(batch_of(what), first, Checkpoint()));
    }
    /// As a route does: until all of it is taken.
    void write_all(SinkWriter& writer, const std::vector<std::string>& what) {
        for (std::size_t done = 0; done < what.size();) {
            const WriteOutcome outcome = write(writer, what, done);
            done += outcome.durable;
            if (outcome.error) pause(milliseconds(20));
        }
    }
    void pause(milliseconds span) { run_on(shard, slept(clock_, span)); }
    void close() {
        if (!sink) return;
        run_on(shard, closed(*sink));
        sink.reset();
    }

    std::shared_ptr<SyslogOptions> options_ = std::make_shared<SyslogOptions>();
    SyslogDeadlines deadlines;
    SteadyClock clock_;
    FakeStore store_;
    std::vector<std::unique_ptr<SyslogReceiver>> receivers_;
    Shard shard{"first"};
    Shard second{"second"};
    std::unique_ptr<SyslogSink> sink;

    static asio::awaitable<bool> slept(Clock& clock, milliseconds span) {
        const std::stop_token never;
        co_await clock.sleep_for(span, never);
        co_return true;
    }

private:
    static asio::awaitable<bool> closed(Sink& sink) {
        co_await sink.close();
        co_return true;
    }
};

TEST_F(SyslogSinkTest, RoutesOfAShardShareAConnection) {
    SyslogReceiver& receiver = this->receiver();
    const auto acme = open("acme");
    const auto globex = open("globex");
    const auto other = open("other", second);

    write(*acme, events(0, 3));
    write(*globex, events(3, 5));
    run_on(second, other->write(batch_of(events(5, 6)), 0, Checkpoint()));

    EXPECT_EQ(receiver.connections(), 2u);
    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(events(0, 6)));
    EXPECT_EQ(parse_syslog(receiver.messages()[4])->host, "globex.okta.com");
}

TEST_F(SyslogSinkTest, NothingCountsAsTakenByWhoClosesAtOnce) {
    deadlines.probation = seconds(20);
    SyslogReceiver& receiver = this->receiver();
    const auto writer = open();
    auto outcome = start(*writer, events(0, 10));
    ASSERT_TRUE(receiver.wait_for(10));

    receiver.reset_all();

    const WriteOutcome seen = outcome.get();
    EXPECT_EQ(seen.durable, 0u);
    ASSERT_TRUE(seen.error);
    EXPECT_EQ(seen.error->kind(), ErrorKind::transient);
    EXPECT_THAT(seen.error->what(), HasSubstr(receiver.address()));
}

TEST_F(SyslogSinkTest, WhatAKernelTookIsSentAgainWhenItsProcessDies) {
    SyslogReceiver& receiver = this->receiver();
    receiver.stop_reading();
    const auto writer = open();
    const WriteOutcome outcome = write(*writer, events(0, 50));
    ASSERT_EQ(outcome.durable, 50u);
    ASSERT_THAT(receiver.messages(), IsEmpty());

    receiver.reset_all();
    receiver.go_on_reading();

    EXPECT_TRUE(receiver.wait_for(50));
    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(events(0, 50)));
}

TEST_F(SyslogSinkTest, WhatIsSentAgainIsTheLastOfIt) {
    options_->replay_window = 20'000;
    SyslogReceiver& receiver = this->receiver();
    const auto writer = open();
    for (std::size_t i = 0; i < 20; ++i) write(*writer, events(i * 10, i * 10 + 10, 500));
    ASSERT_TRUE(receiver.wait_for(200));

    receiver.reset_all();

    ASSERT_TRUE(receiver.wait_for(220));
    const auto all = texts(receiver.messages_when_quiet());
    EXPECT_LT(all.size(), 260u);
    EXPECT_THAT(std::vector<std::string>(all.begin() + 200, all.end()), ElementsAreArray(events(400 - all.size(), 200, 500)));
}

TEST_F(SyslogSinkTest, AnIdleConnectionThatIsClosedWellRepeatsNothing) {
    deadlines.read_by_now = milliseconds(0);
    SyslogReceiver& receiver = this->receiver();
    const auto writer = open();
    write(*writer, events(0, 10));
    ASSERT_TRUE(receiver.wait_for(10));

    receiver.close_all();
    pause(milliseconds(50));
    const WriteOutcome outcome = write(*writer, events(10, 20));

    EXPECT_EQ(outcome.durable, 10u);
    EXPECT_FALSE(outcome.error) << "it should have been noticed before";
    EXPECT_EQ(receiver.connections(), 2u);
    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(events(0, 20)));
}

TEST_F(SyslogSinkTest, OneThatTakesNothingIsGivenUp) {
    deadlines.no_progress = milliseconds(300);
    SyslogReceiver::Options how;
    how.receive_buffer = 4'096;
    SyslogReceiver& receiver = this->receiver(how);
    receiver.stop_reading();
    const auto writer = open();

    const WriteOutcome outcome = write(*writer, events(0, 4'000, 2'000));

    EXPECT_EQ(outcome.durable, 0u);
    ASSERT_TRUE(outcome.error);
    EXPECT_THAT(outcome.error->what(), HasSubstr("it has taken nothing for"));
}

TEST_F(SyslogSinkTest, SlowOneIsWaitedFor) {
    deadlines.no_progress = milliseconds(400);
    SyslogReceiver::Options how;
    how.receive_buffer = 4'096;
    SyslogReceiver& receiver = this->receiver(how);
    const auto writer = open();
    auto outcome = start(*writer, events(0, 2'000, 2'000));

    for (int i = 0; i < 12; ++i) {
        receiver.stop_reading();
        run_on(second, slept(clock_, milliseconds(100)));
        receiver.go_on_reading();
        run_on(second, slept(clock_, milliseconds(20)));
    }

    const WriteOutcome seen = outcome.get();
    EXPECT_FALSE(seen.error);
    EXPECT_EQ(seen.durable, 2'000u);
    EXPECT_EQ(receiver.connections(), 1u);
}

TEST_F(SyslogSinkTest, TheNextReceiverTakesOverAndTheFirstIsPreferredAgain) {
    deadlines.read_by_now = milliseconds(0);  // the second one has stood long enough at once
    const std::uint16_t port = free_port();
    options_->addresses = {"127.0.0.1:" + std::to_string(port)};
    SyslogReceiver& second_one = receiver();
    const auto writer = open();

    write_all(*writer, events(0, 10));
    ASSERT_TRUE(second_one.wait_for(10));
    SyslogReceiver::Options at_port;
    at_port.port = port;
    SyslogReceiver first_one(at_port);
    second_one.reset_all();
    write_all(*writer, events(10, 20));

    EXPECT_TRUE(first_one.wait_for(20));
    EXPECT_THAT(without_repeats(texts(first_one.messages_when_quiet())), ElementsAreArray(events(0, 20)));
}

TEST_F(SyslogSinkTest, AReceiverThatIsOfNoUseIsFollowedByTheNext) {
    deadlines.probation = milliseconds(500);
    SyslogReceiver& broken = receiver();
    SyslogReceiver& good = receiver();
    const auto writer = open();

    auto outcome = start(*writer, events(0, 10));
    ASSERT_TRUE(broken.wait_for(10));
    broken.reset_all();
    EXPECT_TRUE(outcome.get().error);
    write_all(*writer, events(0, 10));

    EXPECT_THAT(texts(good.messages_when_quiet()), ElementsAreArray(events(0, 10)));
}

TEST_F(SyslogSinkTest, WhoIsDownIsSaidAtOnceAndComesBackByItself) {
    const std::uint16_t port = free_port();
    const std::string address = "127.0.0.1:" + std::to_string(port);
    options_->addresses = {address};
    const auto writer = open();
    const WriteOutcome outcome = write(*writer, events(0, 10));
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::transient);
    EXPECT_THAT(outcome.error->what(), HasSubstr(address + ": Connection refused"));

    SyslogReceiver::Options at_port;
    at_port.port = port;
    SyslogReceiver back(at_port);
    write_all(*writer, events(0, 10));

    EXPECT_THAT(texts(back.messages_when_quiet()), ElementsAreArray(events(0, 10)));
}

TEST_F(SyslogSinkTest, EventsInFrontOfOneThatIsTooLargeAreTaken) {
    options_->oversize = Oversize::dead_letter;
    SyslogReceiver& receiver = this->receiver();
    const auto writer = open();
    auto page = events(0, 10);
    page[4] = events(4, 5, 10'000).front();

    const WriteOutcome first = write(*writer, page);
    const WriteOutcome rest = write(*writer, page, 5);
    const WriteOutcome alone = write(*writer, page, 4);

    EXPECT_EQ(first.durable, 4u);
    EXPECT_EQ(first.error->kind(), ErrorKind::rejected);
    EXPECT_EQ(rest.durable, 5u);
    EXPECT_FALSE(rest.error);
    EXPECT_EQ(alone.durable, 0u);
    EXPECT_EQ(alone.error->kind(), ErrorKind::rejected);
    page.erase(page.begin() + 4);
    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(page));
}

TEST_F(SyslogSinkTest, CloseDoesNotWaitForAReceiverThatHangs) {
    SyslogReceiver::Options how;
    how.receive_buffer = 4'096;
    SyslogReceiver& receiver = this->receiver(how);
    receiver.stop_reading();
    auto writer = open();
    auto outcome = start(*writer, events(0, 4'000, 2'000));
    pause(milliseconds(100));

    close();

    EXPECT_EQ(outcome.get().error->kind(), ErrorKind::stopped);
}

TEST_F(SyslogSinkTest, RelpKeepsToItsWindow) {
    options_->window = 10;
    std::atomic<int> seen = 0;
    SyslogReceiver& receiver = relp_receiver([&seen](std::string_view) {
        ++seen;
        return "";
    });
    const auto writer = open();

    auto outcome = start(*writer, events(0, 100));
    pause(milliseconds(200));

    EXPECT_EQ(seen, 10);
    receiver.reset_all();
    EXPECT_EQ(outcome.get().durable, 0u);
}

TEST_F(SyslogSinkTest, RelpCountsWhatIsAcknowledgedAndRepeatsAWindowAtMost) {
    options_->window = 16;
    std::atomic<int> left = 30;
    SyslogReceiver& receiver = relp_receiver([&left](std::string_view) { return left-- > 0 ? "200 OK" : ""; });
    const auto writer = open();
    auto outcome = start(*writer, events(0, 100));
    ASSERT_TRUE(receiver.wait_for(30));
    pause(milliseconds(50));

    left = 1'000'000;
    receiver.reset_all();

    const WriteOutcome seen = outcome.get();
    EXPECT_EQ(seen.durable, 30u);
    ASSERT_TRUE(seen.error);
    const WriteOutcome rest = write(*writer, events(0, 100), 30);
    EXPECT_EQ(rest.durable, 70u);
    const auto all = texts(receiver.messages_when_quiet());
    EXPECT_LE(all.size(), 116u);
    EXPECT_THAT(without_repeats(all), ElementsAreArray(events(0, 100)));
}

TEST_F(SyslogSinkTest, RelpTellsWhichMessageIsRefused) {
    SyslogReceiver& receiver = relp_receiver(
        [](std::string_view message) { return message.find("\"n\":7,") == message.npos ? "200 OK" : "500 not this\none"; });
    const auto writer = open();

    const WriteOutcome outcome = write(*writer, events(0, 20));
    const WriteOutcome rest = write(*writer, events(0, 20), 8);

    EXPECT_EQ(outcome.durable, 7u);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::rejected);
    EXPECT_THAT(outcome.error->what(), HasSubstr("500 not this"));
    EXPECT_EQ(rest.durable, 12u);
    auto wanted = events(0, 20);
    wanted.erase(wanted.begin() + 7);
    EXPECT_THAT(without_repeats(texts(receiver.messages_when_quiet())), ElementsAreArray(wanted));
}

TEST_F(SyslogSinkTest, RelpGivesUpWhoAcknowledgesNothing) {
    deadlines.no_progress = milliseconds(300);
    relp_receiver([](std::string_view) { return ""; });
    const auto writer = open();

    const WriteOutcome outcome = write(*writer, events(0, 100));

    EXPECT_EQ(outcome.durable, 0u);
    EXPECT_THAT(outcome.error->what(), HasSubstr("it has taken nothing for"));
}

TEST_F(SyslogSinkTest, RelpDoesNotTakeJustAnyReceiver) {
    deadlines.connect = milliseconds(300);
    options_->transport = SyslogTransport::relp;
    receiver();
    const auto writer = open();

    const WriteOutcome outcome = write(*writer, events(0, 1));

    EXPECT_EQ(outcome.durable, 0u);
    EXPECT_THAT(outcome.error->what(), HasSubstr("RELP"));
}

TEST_F(SyslogSinkTest, DatagramsToNobodyAreNoticedSooner) {
    options_->transport = SyslogTransport::udp;
    options_->addresses = {"127.0.0.1:" + std::to_string(free_port())};
    const auto writer = open();

    WriteOutcome outcome;
    for (int i = 0; i < 100 && !outcome.error; ++i) outcome = write(*writer, events(0, 2));

    ASSERT_TRUE(outcome.error);
    EXPECT_THAT(outcome.error->what(), HasSubstr("nobody listens there"));
}

class SyslogTlsTest : public SyslogSinkTest {
protected:
    SyslogTlsTest() {
        options_->transport = SyslogTransport::tls;
        options_->tls.ca_file = file("ca.pem", authority.pem());
        options_->tls.server_name = "siem.test";
        deadlines.probation = milliseconds(300);
    }
    std::filesystem::path file(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name) << text;
        std::filesystem::permissions(folder_ / name, std::filesystem::perms(0600));
        return folder_ / name;
    }
    SyslogReceiver& receiver_with(const TestIdentity& identity, const std::string& client_ca = {}) {
        SyslogReceiver::Options how;
        how.identity = identity;
        how.client_ca = client_ca;
        return receiver(how);
    }
    void show(const TestIdentity& ours) {
        options_->tls.cert_file = file("client.pem", ours.certificate);
        options_->tls.key_file = file("client.key", ours.key);
    }
    /// What a route would be told.
    std::string trouble() {
        const auto writer = open();
        const WriteOutcome outcome = write(*writer, events(0, 5));
        EXPECT_EQ(outcome.durable, 0u);
        return outcome.error ? outcome.error->what() : "none";
    }

    TestAuthority authority;
    TestAuthority stranger{"a stranger's CA"};

private:
    TempDir folder_;
};

TEST_F(SyslogTlsTest, BothProveWhoTheyAre) {
    SyslogReceiver& receiver = receiver_with(authority.issue("siem.test"), authority.pem());
    show(authority.issue("oktail.test", TestAuthority::Flaw::for_clients));
    const auto writer = open();

    EXPECT_EQ(write(*writer, events(0, 5)).durable, 5u);

    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(events(0, 5)));
}

TEST_F(SyslogTlsTest, NameOfTheAddressCountsUnlessOneIsGiven) {
    options_->tls.server_name.clear();
    SyslogReceiver& receiver = receiver_with(authority.issue("siem.test"));

    EXPECT_THAT(trouble(), HasSubstr("for another name"));
    EXPECT_THAT(receiver.messages_when_quiet(), IsEmpty());
}

TEST_F(SyslogTlsTest, ExpiredCertificateIsRefused) {
    SyslogReceiver& receiver = receiver_with(authority.issue("siem.test", std::chrono::hours(-48), std::chrono::hours(-24)));

    EXPECT_THAT(trouble(), HasSubstr("has expired"));
    EXPECT_THAT(receiver.messages_when_quiet(), IsEmpty());
}

TEST_F(SyslogTlsTest, UnknownAuthorityIsRefused) {
    SyslogReceiver& receiver = receiver_with(stranger.issue("siem.test"));

    EXPECT_THAT(trouble(), HasSubstr("unknown CA"));
    EXPECT_THAT(receiver.messages_when_quiet(), IsEmpty());
}

TEST_F(SyslogTlsTest, ReceiverThatWantsACertificateSaysSoAndNothingCounts) {
    SyslogReceiver& receiver = receiver_with(authority.issue("siem.test"), authority.pem());

    EXPECT_THAT(trouble(), HasSubstr("the receiver may want a certificate of ours"));
    EXPECT_THAT(receiver.messages_when_quiet(), IsEmpty());
}

TEST_F(SyslogTlsTest, ReceiverThatDoesNotKnowOurAuthoritySaysSo) {
    receiver_with(authority.issue("siem.test"), authority.pem());
    show(stranger.issue("oktail.test", TestAuthority::Flaw::for_clients));

    EXPECT_THAT(trouble(), HasSubstr("the receiver refuses our certificate"));
}

TEST_F(SyslogTlsTest, CertificatesAreReadAgainForEachConnection) {
    SyslogReceiver& receiver = receiver_with(authority.issue("siem.test"), authority.pem());
    show(stranger.issue("oktail.test", TestAuthority::Flaw::for_clients));
    const auto writer = open();
    ASSERT_TRUE(write(*writer, events(0, 5)).error);

    show(authority.issue("oktail.test", TestAuthority::Flaw::for_clients));
    write_all(*writer, events(0, 5));

    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(events(0, 5)));
}

TEST_F(SyslogTlsTest, KeyThatDoesNotFitIsNamed) {
    receiver_with(authority.issue("siem.test"));
    show(authority.issue("oktail.test"));
    options_->tls.key_file = file("other.key", authority.issue("oktail.test").key);

    EXPECT_THAT(trouble(), HasSubstr("key_file holds no key of the certificate"));
}

TEST_F(SyslogTlsTest, AnEndWithoutCloseNotifyIsAGoodOne) {
    deadlines.probation = milliseconds(20);
    deadlines.read_by_now = milliseconds(0);
    SyslogReceiver& receiver = receiver_with(authority.issue("siem.test"));
    const auto writer = open();
    write(*writer, events(0, 10));
    ASSERT_TRUE(receiver.wait_for(10));

    receiver.close_all();
    pause(milliseconds(150));
    write_all(*writer, events(10, 20));

    EXPECT_THAT(texts(receiver.messages_when_quiet()), ElementsAreArray(events(0, 20)));
}

TEST_F(SyslogTlsTest, PlainTextIsNoTls) {
    receiver();

    deadlines.connect = milliseconds(500);
    EXPECT_THAT(trouble(), HasSubstr("TLS: "));
}

TEST_F(SyslogTlsTest, ProbeSaysWhatAStartWouldMeet) {
    receiver_with(authority.issue("siem.test"), authority.pem());
    const SyslogSinkFactory factory;

    const auto without = factory.probe(*options_);
    show(authority.issue("oktail.test", TestAuthority::Flaw::for_clients));
    const auto with = factory.probe(*options_);

    ASSERT_FALSE(without);
    EXPECT_THAT(without.error().what(), HasSubstr("the receiver may want a certificate of ours"));
    ASSERT_TRUE(with);
    EXPECT_THAT(*with, HasSubstr("answers"));
}

/// shutdown() before close(), as syslog-ng does it: that looks like a good end at first.
TEST_F(SyslogSinkTest, AGoodEndWithSomethingUnreadIsNone) {
    deadlines.read_by_now = milliseconds(100);
    SyslogReceiver& receiver = this->receiver();
    receiver.stop_reading();
    const auto writer = open();
    ASSERT_EQ(write(*writer, events(0, 50)).durable, 50u);
    pause(milliseconds(300));

    receiver.close_all();
    receiver.go_on_reading();
    write_all(*writer, events(50, 60));

    EXPECT_THAT(without_repeats(texts(receiver.messages_when_quiet())), ElementsAreArray(events(0, 60)));
}

TEST_F(SyslogSinkTest, IdleConnectionsThatEndRepeatNothingWithoutEvents) {
    deadlines.read_by_now = milliseconds(300);
    SyslogReceiver& receiver = this->receiver();
    const auto writer = open();
    write(*writer, events(0, 10));
    ASSERT_TRUE(receiver.wait_for(10));

    for (int i = 0; i < 10; ++i) {
        pause(milliseconds(100));
        receiver.close_all();
    }

    EXPECT_EQ(receiver.messages_when_quiet().size(), 10u);
    EXPECT_EQ(receiver.connections(), 1u);
}

TEST_F(SyslogSinkTest, ConnectionsThatAreResetForEverAreNotSentTheSameForEver) {
    SyslogReceiver& receiver = this->receiver();
    const auto writer = open();
    write(*writer, events(0, 10));
    ASSERT_TRUE(receiver.wait_for(10));

    for (int i = 0; i < 12; ++i) {
        pause(milliseconds(100));
        receiver.reset_all();
    }

    // What was reset before it counted as taken comes again, too.
    EXPECT_LE(receiver.messages_when_quiet().size(), 10u * 2 * ReplayWindow::most_taken);
}

TEST_F(SyslogSinkTest, AGatewayWithNobodyBehindItIsLeft) {
    SyslogReceiver& gateway = receiver();
    SyslogReceiver& good = receiver();
    gateway.stop_reading();
    const auto writer = open();
    write(*writer, events(0, 1));

    gateway.reset_all();
    write_all(*writer, events(1, 20));

    EXPECT_THAT(without_repeats(texts(good.messages_when_quiet())), ElementsAreArray(events(0, 20)));
}

TEST_F(SyslogSinkTest, DatagramsToNobodyGoToTheNext) {
    options_->transport = SyslogTransport::udp;
    options_->addresses = {"127.0.0.1:" + std::to_string(free_port())};
    SyslogReceiver::Options how;
    how.kind = Kind::udp;
    SyslogReceiver& good = receiver(how);
    const auto writer = open();

    for (std::size_t i = 0; i < 100; ++i) write_all(*writer, events(i, i + 1));

    EXPECT_GE(good.messages_when_quiet().size(), 95u);
}

TEST_F(SyslogSinkTest, RelpSendsNothingAgainThatIsThereBehindARefusedMessage) {
    SyslogReceiver& receiver = relp_receiver([](std::string_view message) {
        const auto at = message.find("\"n\":");
        return std::stoi(std::string(message.substr(at + 4))) % 2 == 0 ? "200 OK" : "500 no";
    });
    const auto writer = open();
    const Batch page = batch_of(events(0, 300));
    std::size_t refused = 0;

    for (std::size_t done = 0; done < page.size();) {
        const WriteOutcome outcome = run_on(shard, writer->write(page, done, Checkpoint()));
        done += outcome.durable;
        if (!outcome.error) continue;
        EXPECT_EQ(outcome.error->kind(), ErrorKind::rejected);
        ++refused;
        ++done;
    }

    EXPECT_EQ(refused, 150u);
    EXPECT_EQ(receiver.messages_when_quiet().size(), 150u);
}

TEST_F(SyslogSinkTest, RelpReceiverThatRefusesEverythingIsNoReasonToSetEventsAside) {
    SyslogReceiver& receiver = relp_receiver([](std::string_view) { return "500 command disabled"; });
    const auto writer = open();

    const WriteOutcome outcome = write(*writer, events(0, 10));

    EXPECT_EQ(outcome.durable, 0u);
    EXPECT_EQ(outcome.error->kind(), ErrorKind::transient);
    EXPECT_THAT(outcome.error->what(), HasSubstr("500 command disabled"));
    EXPECT_THAT(receiver.messages(), IsEmpty());
}

TEST_F(SyslogSinkTest, ProbeOfARelpReceiverIsGood) {
    relp_receiver([](std::string_view) { return "200 OK"; });

    const auto found = SyslogSinkFactory().probe(*options_);

    ASSERT_TRUE(found) << found.error().what();
    EXPECT_THAT(*found, HasSubstr("answers and speaks RELP"));
}

TEST_F(SyslogSinkTest, ProbeNamesEachReceiver) {
    const std::string nobody = "127.0.0.1:" + std::to_string(free_port());
    options_->addresses = {nobody};
    SyslogReceiver& good = receiver();

    const auto found = SyslogSinkFactory().probe(*options_);

    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().what(), HasSubstr(nobody + ": Connection refused"));
    EXPECT_THAT(found.error().what(), HasSubstr(good.address() + " answers"));
}

}  // namespace
}  // namespace oktail
