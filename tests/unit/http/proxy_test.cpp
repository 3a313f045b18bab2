#include "http/proxy.hpp"

#include "http/http_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oktail {
namespace {

using testing::HasSubstr;

TEST(ConnectText, AsksForATunnelAndSaysWhoAsks) {
    EXPECT_EQ(connect_text("acme.okta.com:443", "Basic dTpw", "oktail/1").value().reveal(),
              "CONNECT acme.okta.com:443 HTTP/1.1\r\nHost: acme.okta.com:443\r\nUser-Agent: oktail/1\r\n"
              "Proxy-Authorization: Basic dTpw\r\n\r\n");
    EXPECT_EQ(connect_text("acme.okta.com:443", "", "oktail/1").value().reveal(),
              "CONNECT acme.okta.com:443 HTTP/1.1\r\nHost: acme.okta.com:443\r\nUser-Agent: oktail/1\r\n\r\n");
}

TEST(ConnectText, NothingBreaksOutOfItsLine) {
    EXPECT_FALSE(connect_text("acme.okta.com:443\r\nX: y", "", "oktail/1"));
    EXPECT_FALSE(connect_text("acme.okta.com:443", "Basic a\nb", "oktail/1"));
}

std::string verdict(unsigned status, bool authorized = false) {
    const auto judged = tunnel_verdict(ResponseHead(status, {}), authorized);
    if (!judged) {
        EXPECT_EQ(judged.error().code(), no_tunnel());
    }
    return judged ? "a tunnel" : judged.error().what();
}

TEST(TunnelVerdict, OnlyASuccessIsATunnel) {
    EXPECT_EQ(verdict(200), "a tunnel");
    EXPECT_EQ(verdict(204), "a tunnel");
    EXPECT_THAT(verdict(407), HasSubstr("it wants credentials"));
    EXPECT_THAT(verdict(407, true), HasSubstr("it refuses the credentials in proxy_auth_file"));
    EXPECT_THAT(verdict(403), HasSubstr("it does not allow the connection"));
    EXPECT_THAT(verdict(502), HasSubstr("it answers 502: it does not reach the org"));
    EXPECT_EQ(verdict(302), "it answers 302");
}

}  // namespace
}  // namespace oktail
