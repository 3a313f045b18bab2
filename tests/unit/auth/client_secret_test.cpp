#include "auth/client_secret.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

Result<std::vector<Secret>> two_secrets() {
    std::vector<Secret> secrets;
    secrets.emplace_back("new-secret");
    secrets.emplace_back("old-secret");
    return secrets;
}

TEST(ClientSecret, RequestIsFormAndBasic) {
    const auto credentials = client_secrets("0oa1example", two_secrets)();
    ASSERT_TRUE(credentials);
    ASSERT_EQ(credentials->size(), 2u);

    const auto request = (*credentials)[0]->token_request({});

    ASSERT_TRUE(request);
    EXPECT_EQ(request->method, Method::post);
    EXPECT_EQ(request->target, "/oauth2/v1/token");
    EXPECT_EQ(request->content_type, "application/x-www-form-urlencoded");
    EXPECT_EQ(request->body.reveal(), "grant_type=client_credentials&scope=okta.logs.read");
    EXPECT_EQ(request->authorization.reveal(), "Basic MG9hMWV4YW1wbGU6bmV3LXNlY3JldA==");
    EXPECT_EQ((*credentials)[1]->name(), "secret 2 of 2");
}

TEST(ClientSecret, UnreadableSecretIsReported) {
    const auto credentials = client_secrets("0oa1example", []() -> Result<std::vector<Secret>> {
        return Error(ErrorKind::unauthorized, "acme.secret: permission denied");
    })();

    ASSERT_FALSE(credentials);
    EXPECT_EQ(credentials.error().what(), "acme.secret: permission denied");
}

}  // namespace
}  // namespace oktail
