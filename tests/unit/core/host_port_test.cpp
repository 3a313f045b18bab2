#include "core/host_port.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(HostPort, ReadsNamesAndAddresses) {
    EXPECT_EQ(parse_host_port("proxy.corp:3128"), HostPort("proxy.corp", 3128));
    EXPECT_EQ(parse_host_port("127.0.0.1:8443"), HostPort("127.0.0.1", 8443));
    EXPECT_EQ(parse_host_port("[::1]:8443"), HostPort("::1", 8443));
}

TEST(HostPort, RefusesTheRest) {
    for (const char* text : {"", "host", "host:", ":443", "host:0", "host:65536", "host:44x", "::1:443", "[]:443", "host:+1"})
        EXPECT_FALSE(parse_host_port(text)) << text;
}

}  // namespace
}  // namespace oktail
