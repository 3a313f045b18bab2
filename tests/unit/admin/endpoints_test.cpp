#include "admin/endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace oktail {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

asio::awaitable<ServerResponse> repeat(ServerRequest request) { co_return text_response(200, request.method + request.body); }

class EndpointsTest : public testing::Test {
protected:
    EndpointsTest() {
        endpoints_.add_page("/page", [] { return text_response(200, "hello"); });
        endpoints_.add("POST", "/order", repeat);
    }
    ServerResponse answer(const std::string& method, const std::string& target) {
        asio::io_context io;
        auto answered = asio::co_spawn(io, endpoints_.answer(ServerRequest(method, target, {}, "!")), asio::use_future);
        io.run();
        return answered.get();
    }

    Endpoints endpoints_;
};

TEST_F(EndpointsTest, AnswersWhatIsThere) {
    EXPECT_EQ(answer("GET", "/page").text(), "hello\n");
    EXPECT_EQ(answer("POST", "/order").text(), "POST!\n");
}

TEST_F(EndpointsTest, IgnoresTheQuery) { EXPECT_EQ(answer("GET", "/page?a=/b").text(), "hello\n"); }

TEST_F(EndpointsTest, HeadIsGetWithoutTheBody) {
    const ServerResponse response = answer("HEAD", "/page");

    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(response.text(), "");
    EXPECT_EQ(response.transmission.claimed_size, 6u);
}

TEST_F(EndpointsTest, OtherMethodsAreToldWhichThereAre) {
    const ServerResponse page = answer("POST", "/page");
    const ServerResponse order = answer("GET", "/order");

    EXPECT_EQ(page.status, 405u);
    EXPECT_THAT(page.headers, Contains(Pair("Allow", "GET, HEAD")));
    EXPECT_EQ(order.status, 405u);
    EXPECT_THAT(order.headers, Contains(Pair("Allow", "POST")));
}

TEST_F(EndpointsTest, UnknownPathsAreToldWhatThereIs) {
    const ServerResponse response = answer("GET", "/");

    EXPECT_EQ(response.status, 404u);
    EXPECT_THAT(std::string(response.text()), HasSubstr("/page /order"));
}

}  // namespace
}  // namespace oktail
