#include "okta/auth_challenge.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oktail {
namespace {

ResponseHead answer(std::vector<std::string> challenges) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (std::string& challenge : challenges) fields.emplace_back("www-authenticate", std::move(challenge));
    return {401, std::move(fields)};
}

TEST(AuthChallenge, FindsErrorInWhateverShapeItComes) {
    const std::vector<std::vector<std::string>> shapes{
        {R"(Bearer error="invalid_token")"},
        {R"(BEARER error=invalid_token)"},
        {R"(bearer realm="a, b=\"c\", DPoP error=\"x\"", error = "invalid_token")"},
        {R"(Bearer authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", error="invalid_token")"},
        {R"(Basic realm="x", Bearer error="invalid_token")"},
        {R"(Negotiate YII=, Basic abc==, DPoP algs="RS256 ES256", error="invalid_token")"},
        {R"(Negotiate a/b+c==)", R"(Bearer error="invalid_token")"},
        {R"(Basic error="not_ours", Bearer , error="invalid_token")"},
        {R"(DPoP algs="ES256", Bearer realm="x", error="invalid_token")"},
        {R"(,, Bearer ,,error="invalid_token",, scope="x" ,)"},
        {R"(Bearer error="invalid_token", Bearer error="second")"},
        {"Bearer\r\n\terror=\"invalid_token\""},
        {R"(Bearer ERROR="invalid\_token")"},
    };
    for (const auto& shape : shapes) EXPECT_EQ(auth_challenge(answer(shape)).error, "invalid_token") << shape.front();
}

TEST(AuthChallenge, DescriptionIsForeignText) {
    const AuthChallenge challenge =
        auth_challenge(answer({"Bearer error=\"invalid_token\", error_description=\"The \\\"token\\\"\n\x1b[31m\""}));
    EXPECT_EQ(challenge.description, R"("The \"token\"\x0a\x1b[31m")");
    EXPECT_EQ(challenge.status, 401u);
}

TEST(AuthChallenge, DescriptionBelongsToTheErrorsChallenge) {
    const AuthChallenge challenge =
        auth_challenge(answer({R"(Bearer error_description="other", DPoP error="use_dpop_nonce", error_description="mine")"}));
    EXPECT_EQ(challenge.error, "use_dpop_nonce");
    EXPECT_EQ(challenge.description, R"("mine")");
}

TEST(AuthChallenge, NothingUsableIsNoError) {
    for (const std::string field : {"", "Bearer", "Basic realm=\"x\"", "Bearer error=\"\"", "Bearer error=\"open",
                                    "Bearer error=\"a b\"", "error=\"invalid_token\"", "Digest error=\"x\"", "====", "\"\"\"",
                                    "@#$,;/", "Bearer error", "Bearer error=\"line\nbreak\""})
        EXPECT_EQ(auth_challenge(answer({field})).error, "") << field;
}

}  // namespace
}  // namespace oktail
