#include "conformance/sink_conformance.hpp"
#include "sink/syslog/syslog_sink.hpp"
#include "support/syslog_parser.hpp"
#include "support/syslog_receiver.hpp"
#include "support/temp_dir.hpp"

#include <fstream>

namespace oktail {
namespace {

SyslogReceiver::Kind kind_of(SyslogTransport transport, SyslogFraming framing) {
    switch (transport) {
        case SyslogTransport::udp: return SyslogReceiver::Kind::udp;
        case SyslogTransport::relp:
        case SyslogTransport::relp_tls: return SyslogReceiver::Kind::relp;
        default: return framing == SyslogFraming::lf ? SyslogReceiver::Kind::lf : SyslogReceiver::Kind::octets;
    }
}

class SyslogDestination : public Destination {
public:
    SyslogDestination(SyslogTransport transport, SyslogFraming framing) {
        options_->transport = transport;
        options_->framing = framing;
        SyslogReceiver::Options receiver;
        receiver.kind = kind_of(transport, framing);
        if (options_->has_tls()) {
            receiver.identity = authority_.issue("siem.test");
            std::ofstream(folder_ / "ca.pem") << authority_.pem();
            options_->tls.ca_file = folder_ / "ca.pem";
            options_->tls.server_name = "siem.test";
        }
        receiver_.emplace(receiver);
        options_->addresses = {receiver_->address()};
    }

    std::unique_ptr<Sink> make_sink(SinkDeps deps) override {
        SyslogDeadlines deadlines;
        deadlines.probation = std::chrono::milliseconds(50);
        return std::make_unique<SyslogSink>("sink", options_, std::move(deps), deadlines);
    }

    std::vector<std::string> lines() override {
        const auto all = receiver_->messages_when_quiet();
        EXPECT_TRUE(receiver_->violations().empty());
        std::vector<std::string> out;
        for (const std::string& message : all) {
            const auto parts = parse_syslog(message);
            EXPECT_TRUE(parts) << message;
            if (parts) out.push_back(parts->message);
        }
        return out;
    }

private:
    TempDir folder_;
    TestAuthority authority_;
    std::shared_ptr<SyslogOptions> options_ = std::make_shared<SyslogOptions>();
    std::optional<SyslogReceiver> receiver_;
};

SinkUnderTest syslog(const std::string& name, SyslogTransport transport,
                     SyslogFraming framing = SyslogFraming::octet_counting) {
    return {name, [transport, framing] { return std::make_unique<SyslogDestination>(transport, framing); }};
}

INSTANTIATE_TEST_SUITE_P(Syslog, SinkConformance,
                         testing::Values(syslog("tcp", SyslogTransport::tcp),
                                         syslog("tcp_lf", SyslogTransport::tcp, SyslogFraming::lf),
                                         syslog("tls", SyslogTransport::tls), syslog("relp", SyslogTransport::relp),
                                         syslog("relp_tls", SyslogTransport::relp_tls), syslog("udp", SyslogTransport::udp)),
                         name_of_sink);

}  // namespace
}  // namespace oktail
