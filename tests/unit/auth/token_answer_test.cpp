#include "auth/token_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Kind = TokenAnswer::Kind;
using Fields = std::vector<std::pair<std::string, std::string>>;

TokenAnswer parse(unsigned status, std::string_view body, Fields fields = {}) {
    return parse_token_answer(ResponseHead(status, std::move(fields)), body);
}

std::string oauth(std::string_view error, std::string_view description) {
    return R"({"error":")" + std::string(error) + R"(","error_description":")" + std::string(description) + "\"}";
}

TEST(TokenAnswer, GrantAsOktaSendsIt) {
    const auto answer =
        parse(200, R"({"token_type":"Bearer","expires_in":3600,"access_token":"eyJhbGciOi","scope":"okta.logs.read"})");

    EXPECT_EQ(answer.kind, Kind::token);
    EXPECT_EQ(answer.token.reveal(), "eyJhbGciOi");
    EXPECT_EQ(answer.lifetime, seconds(3600));
}

TEST(TokenAnswer, GrantsOfOtherShapes) {  // T17, T18, T20
    const std::string long_token(6'000, '~');
    EXPECT_EQ(parse(200, R"({"access_token":")" + long_token + R"(.-_"})").token.reveal(), long_token + ".-_");
    EXPECT_EQ(parse(200, R"({"access_token":"a","token_type":"bearer","x":{"y":[1]}})").kind, Kind::token);
    EXPECT_EQ(parse(200, R"({"access_token":"a","scope":"okta.users.read okta.logs.read"})").kind, Kind::token);

    const std::vector<std::pair<std::string, seconds>> lifetimes{
        {"60", seconds(60)},         {"\"1800\"", seconds(1800)},
        {"3599.5", seconds(3599)},   {"0", seconds(5)},
        {"-1", seconds(5)},          {"1e18", seconds(86'400)},
        {"1e300", seconds(86'400)},  {"null", seconds(3600)},
        {"\"soon\"", seconds(3600)}, {"99999999999999999999", seconds(86'400)},
        {"[]", seconds(3600)}};
    for (const auto& [text, lifetime] : lifetimes)
        EXPECT_EQ(parse(200, R"({"access_token":"a","expires_in":)" + text + "}").lifetime, lifetime) << text;
    EXPECT_EQ(parse(200, R"({"access_token":"a"})").lifetime, seconds(3600));
}

TEST(TokenAnswer, GrantWithoutTheScopeFailsFast) {  // T19
    for (const std::string scope : {"\"\"", "\"okta.users.read\"", "\"okta.logs.readx\"", "null", "[]"}) {
        const auto answer = parse(200, R"({"access_token":"a","scope":)" + scope + "}");
        EXPECT_EQ(answer.kind, Kind::refused) << scope;
        EXPECT_THAT(answer.advice, HasSubstr("okta.logs.read is not granted"));
        EXPECT_FALSE(answer.another_may_do);
        EXPECT_TRUE(answer.token.empty());
    }
}

TEST(TokenAnswer, TokenSaysWhetherItIsBoundToAKey) {
    EXPECT_TRUE(parse(200, R"({"access_token":"a","token_type":"dpop"})").is_bound);
    EXPECT_FALSE(parse(200, R"({"access_token":"a","token_type":"bearer"})").is_bound);
    EXPECT_EQ(parse(200, R"({"access_token":"a","token_type":"mac"})").kind, Kind::refused);
}

TEST(TokenAnswer, DemandsOfDpop) {
    EXPECT_EQ(parse(400, oauth("invalid_dpop_proof", "missing")).demand, TokenAnswer::Demand::proof);
    EXPECT_EQ(parse(400, oauth("use_dpop_nonce", "requires nonce")).demand, TokenAnswer::Demand::nonce);
    EXPECT_EQ(parse(400, oauth("use_dpop_nonce", "requires nonce")).kind, Kind::retry);
    EXPECT_EQ(parse(401, oauth("invalid_client", "use_dpop_nonce")).demand, TokenAnswer::Demand::none);
    EXPECT_EQ(parse(500, oauth("use_dpop_nonce", "requires nonce")).demand, TokenAnswer::Demand::none);
}

TEST(TokenAnswer, GarbageUnderGoodStatusIsTriedAgain) {
    for (const std::string body :
         {"", "<html>", "[]", "null", "{}", R"({"access_token":""})", R"({"access_token":7})", R"({"access_token":"a b"})",
          R"({"access_token":"a\r\nX: y"})", R"({"access_token":"a")", "{\"access_token\":\"\xff\"}"})
        EXPECT_EQ(parse(200, body).kind, Kind::retry) << body;
    EXPECT_EQ(parse(204, "").kind, Kind::retry);
    EXPECT_EQ(parse(200, std::string(60'000, '[')).kind, Kind::retry);
}

TEST(TokenAnswer, RefusalsComeWithAdvice) {
    struct Row {
        unsigned status;
        std::string error, description, advice;
    };
    const std::vector<Row> rows{
        {401, "invalid_client", "The client secret supplied for a confidential client is invalid.",
         "secret is wrong or was rotated"},
        {401, "invalid_client", "Invalid value for 'client_id' parameter.", "integration was revoked"},
        {401, "invalid_client", "Client authentication failed. Either the client or the client credentials are invalid.",
         "client id or its credential is wrong"},
        {401, "invalid_client",
         "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
         "needs a key"},
        {401, "invalid_client",
         "OAuth Integration Client Credentials requests to the Org Authorization Server must use either private_key_jwt or "
         "client_secret_basic as the token_endpoint_auth_method.",
         "way to authenticate"},
        {401, "invalid_client",
         "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org "
         "Authorization Server.",
         "API Services"},
        {400, "invalid_scope", "One or more scopes are not configured for the authorization server resource.",
         "does not offer the scope"},
        {400, "consent_required", "You are not allowed any of the requested scopes.", "okta.logs.read is not granted"},
        {400, "unauthorized_client", "The client is not authorized to use the provided grant type.", "deactivated"},
        {400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.", "DPoP"},
        {403, "access_denied", "The request is made from outside the client's permitted network zones.", "network zone"},
        {403, "server_error", "The requested feature is not enabled in this environment.", "egress"},
    };
    for (const Row& row : rows) {
        const auto answer = parse(row.status, oauth(row.error, row.description));
        EXPECT_EQ(answer.kind, Kind::refused) << row.description;
        EXPECT_THAT(answer.advice, HasSubstr(row.advice));
        EXPECT_THAT(answer.what, HasSubstr(row.error));
        EXPECT_EQ(answer.another_may_do, row.status == 401);
    }
}

TEST(TokenAnswer, RefusalsWithoutOAuth) {
    EXPECT_EQ(parse(302, "", {{"location", "https://evil.example/"}}).kind, Kind::refused);  // T21
    EXPECT_THAT(parse(302, "").advice, HasSubstr("redirects are never followed"));
    EXPECT_THAT(parse(404, "<html>").advice, HasSubstr("an Okta org?"));
    EXPECT_THAT(parse(403, "<html>Blocked</html>").advice, HasSubstr("ThreatInsight"));
    EXPECT_THAT(parse(401, R"({"errorCode":"E0000011","errorSummary":"Invalid token provided"})").what, HasSubstr("E0000011"));
}

TEST(TokenAnswer, TroubleThatPasses) {
    EXPECT_EQ(parse(400, oauth("temporarily_unavailable", "overloading")).kind, Kind::retry);  // T13
    EXPECT_EQ(parse(400, oauth("server_error", "callback failed")).kind, Kind::retry);
    EXPECT_EQ(parse(500, oauth("server_error", "unexpected")).kind, Kind::retry);  // T14
    EXPECT_EQ(parse(502, "<html>invalid_client</html>").kind, Kind::retry);        // T22
    EXPECT_EQ(parse(503, oauth("invalid_client", "status comes first")).kind, Kind::retry);
    EXPECT_EQ(parse(401, oauth("invalid_client", "Error retrieving the client JWKSet from jwks_uri.")).kind, Kind::retry);
}

TEST(TokenAnswer, RateLimitSaysUntilWhen) {  // T15, T16
    const Fields fields{{"date", "Tue, 06 Jan 2026 10:00:12 GMT"},
                        {"x-rate-limit-limit", "1200"},
                        {"x-rate-limit-remaining", "0"},
                        {"x-rate-limit-reset", "1767693649"}};

    for (const std::string& body :
         {std::string(R"({"errorCode":"E0000047"})"), oauth("invalid_grant", "API call exceeded rate limit")}) {
        const auto answer = parse(429, body, fields);
        EXPECT_EQ(answer.kind, Kind::wait);
        EXPECT_EQ(answer.wait, seconds(38));
    }
}

TEST(TokenAnswer, RateLimitWithoutSenseIsARetry) {
    const std::pair<std::string, std::string> date{"date", "Tue, 06 Jan 2026 10:00:12 GMT"};
    for (const Fields& fields :
         {Fields{}, Fields{{"x-rate-limit-reset", "1767693649"}}, Fields{date, {"x-rate-limit-reset", "1"}},
          Fields{date, {"x-rate-limit-reset", "1767693649000"}}, Fields{date, {"x-rate-limit-reset", "9223372036854775807"}},
          Fields{{"retry-after", "-5"}}, Fields{date, {"x-rate-limit-reset", "-9223372036854775808"}},
          Fields{date, {"x-rate-limit-limit", "0"}, {"x-rate-limit-reset", "1767693649"}}})
        EXPECT_EQ(parse(429, "", fields).kind, Kind::retry);

    EXPECT_EQ(parse(429, "", {{"retry-after", "7"}}).wait, seconds(7));
    EXPECT_EQ(parse(429, "", {{"retry-after", "500"}}).wait, seconds(120));
}

TEST(TokenAnswer, ForeignTextIsQuotedAndCut) {
    const auto answer = parse(401, oauth("invalid_client", "a\\nforged line" + std::string(5'000, 'x')));
    EXPECT_THAT(answer.what, HasSubstr("a\\x0aforged"));
    EXPECT_LT(answer.what.size(), 700u);
}

}  // namespace
}  // namespace oktail
