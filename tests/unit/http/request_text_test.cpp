#include "http/request_text.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(RequestText, GetCarriesWhatOktaNeeds) {
    HttpRequest request(Method::get, "/api/v1/logs?limit=1000&after=a%2Bb_1");
    request.authorization = Secret("Bearer abc");

    const auto text = request_text(request, "acme.okta.com", "oktail/1");

    ASSERT_TRUE(text);
    EXPECT_EQ(text->reveal(),
              "GET /api/v1/logs?limit=1000&after=a%2Bb_1 HTTP/1.1\r\nHost: acme.okta.com\r\nUser-Agent: oktail/1\r\n"
              "Accept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer abc\r\n\r\n");
}

TEST(RequestText, PostCarriesItsBody) {
    HttpRequest request(Method::post, "/oauth2/v1/token");
    request.content_type = "application/x-www-form-urlencoded";
    request.body = Secret("a=b");
    request.dpop = Secret("proof");

    const auto text = request_text(request, "acme.okta.com:8443", "oktail/1");

    ASSERT_TRUE(text);
    EXPECT_EQ(text->reveal(),
              "POST /oauth2/v1/token HTTP/1.1\r\nHost: acme.okta.com:8443\r\nUser-Agent: oktail/1\r\n"
              "Accept: application/json\r\nAccept-Encoding: gzip\r\nDPoP: proof\r\n"
              "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b");
}

TEST(RequestText, NothingBreaksOutOfItsLine) {
    for (const char* target : {"", "api", "https://evil.example/", "/a b", "/a\r\nHost: evil.example", "/\x7f", "/\xc3\xa4"})
        EXPECT_FALSE(request_text(HttpRequest(Method::get, target), "acme.okta.com", "oktail")) << target;

    HttpRequest request(Method::get, "/");
    request.authorization = Secret("Bearer abc\r\nX: y");
    EXPECT_FALSE(request_text(request, "acme.okta.com", "oktail"));
}

TEST(RequestText, MoreFieldsComeLast) {
    HttpRequest request(Method::get, "/");
    request.more_fields = "X-A: 1\r\nX-B: 2\r\n";

    const auto text = request_text(request, "acme.okta.com", "oktail/1");

    EXPECT_TRUE(text.value().reveal().ends_with("Accept-Encoding: gzip\r\nX-A: 1\r\nX-B: 2\r\n\r\n")) << text.value().reveal();
}

}  // namespace
}  // namespace oktail
