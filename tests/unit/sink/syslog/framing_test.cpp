#include "sink/syslog/framing.hpp"

#include "sink/syslog/relp.hpp"
#include "sink/syslog/syslog_message.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

std::string framed(SyslogFraming framing, std::string_view message) {
    std::string out = "before";
    put_frame(out, framing, message);
    return out.substr(6);
}

TEST(Framing, OctetCountingSaysHowLongTheMessageIs) {
    EXPECT_EQ(framed(SyslogFraming::octet_counting, "<86>1 x"), "7 <86>1 x");
    EXPECT_EQ(framed(SyslogFraming::octet_counting, "<86>1 x\n23"), "10 <86>1 x\n23");
    EXPECT_EQ(framed(SyslogFraming::octet_counting, "\xc3\xa4"), "2 \xc3\xa4") << "octets, not characters";
}

TEST(Framing, LfEndsTheMessage) { EXPECT_EQ(framed(SyslogFraming::lf, "<86>1 x"), "<86>1 x\n"); }

struct Way {
    const char* name;
    SyslogTransport transport;
    SyslogFraming framing = SyslogFraming::octet_counting;
};

/// What goes onto the wire for a message of so many bytes, in the longest form.
std::size_t on_the_wire(const Way& way, std::size_t size) {
    const std::string message(size, 'x');
    std::string out;
    switch (way.transport) {
        case SyslogTransport::udp: return size;
        case SyslogTransport::relp:
        case SyslogTransport::relp_tls: put_relp_frame(out, last_relp_transaction, "syslog", message); break;
        default: put_frame(out, way.framing, message);
    }
    return out.size();
}

class LargestMessage : public testing::TestWithParam<Way> {
protected:
    /// Behind `size` the number of its digits grows.
    void expect_tight_around(std::size_t size) const {
        SyslogKeys keys;
        keys.transport = GetParam().transport;
        keys.framing = GetParam().framing;
        const std::size_t smallest = on_the_wire(GetParam(), 1);
        for (std::size_t most = std::max(smallest, size - std::min<std::size_t>(size, 30)); most <= size + 30; ++most) {
            const std::size_t largest = largest_message(keys, most);
            EXPECT_LE(on_the_wire(GetParam(), largest), most) << "of at most " << most;
            EXPECT_GT(on_the_wire(GetParam(), largest + 1), most) << "of at most " << most;
        }
    }
};

TEST_P(LargestMessage, FitsWithItsFrameAndNotOneByteMore) {
    for (const std::size_t size : {9, 99, 999, 1'024, 8'192, 9'999, 65'507, 99'999}) expect_tight_around(size);
}

INSTANTIATE_TEST_SUITE_P(All, LargestMessage,
                         testing::Values(Way{"udp", SyslogTransport::udp}, Way{"tcp", SyslogTransport::tcp},
                                         Way{"tcp_lf", SyslogTransport::tcp, SyslogFraming::lf},
                                         Way{"tls", SyslogTransport::tls},
                                         Way{"tls_lf", SyslogTransport::tls, SyslogFraming::lf},
                                         Way{"relp", SyslogTransport::relp}, Way{"relp_tls", SyslogTransport::relp_tls}),
                         [](const auto& info) { return info.param.name; });

TEST(LargestMessage, OfTheDefaultSizes) {
    SyslogKeys keys;
    EXPECT_EQ(largest_message(keys, 8'192), 8'187u) << "8187 and a space";
    keys.transport = SyslogTransport::relp;
    EXPECT_EQ(largest_message(keys, 8'192), 8'169u) << "999999999 syslog 8169, a space and LF";
    keys.transport = SyslogTransport::udp;
    EXPECT_EQ(largest_message(keys, 8'192), 8'192u);
}

}  // namespace
}  // namespace oktail
