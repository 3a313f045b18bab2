#include "okta/logs_response.hpp"

#include "support/case_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oktail {
namespace {

using testing::HasSubstr;
using testing::Not;
using Fields = std::vector<std::pair<std::string, std::string>>;

const Fields json_fields{{"content-type", "application/json"}};
const Fields html_fields{{"content-type", "text/html"}};

std::string error_body(const std::string& code) {
    return R"({"errorCode":")" + code + R"(","errorSummary":"Some text","errorLink":")" + code +
           R"(","errorId":"oae1","errorCauses":[{"errorSummary":"until: no"}]})";
}

Fields challenge(const std::string& value) { return {{"www-authenticate", value}, {"content-length", "0"}}; }

Fields long_challenge(const std::string& scheme, const std::string& error, const std::string& description) {
    return challenge(scheme +
                     R"( authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", )" +
                     R"(scope="okta.logs.read", error=")" + error + R"(", error_description=")" + description +
                     R"(", resource="/api/v1/logs")");
}

struct Case {
    const char* name;
    unsigned status;
    Fields fields;
    std::string body;
    LogsOutcome outcome;
};

std::string name_of(const testing::TestParamInfo<Case>& info) { return case_name(info.index, info.param.name); }

class LogsResponseTest : public testing::TestWithParam<Case> {};

TEST_P(LogsResponseTest, IsClassified) {
    const auto& [name, status, fields, body, outcome] = GetParam();
    EXPECT_EQ(logs_verdict(ResponseHead(status, fields), body).outcome, outcome);
}

using enum LogsOutcome;

INSTANTIATE_TEST_SUITE_P(
    Pages, LogsResponseTest,
    testing::Values(Case{"plain", 200, json_fields, "[]", page},
                    Case{"charset", 200, {{"content-type", "Application/JSON; charset=UTF-8"}}, "[]", page},
                    Case{"portal", 200, html_fields, "<html>", protocol_trouble},
                    Case{"no type", 200, {}, "[]", protocol_trouble},
                    Case{"near miss", 200, {{"content-type", "application/jsonp"}}, "[]", protocol_trouble},
                    Case{"problem", 200, {{"content-type", "application/problem+json"}}, "[]", protocol_trouble},
                    Case{"no content", 204, {}, "", protocol_trouble}, Case{"partial", 206, json_fields, "[", protocol_trouble},
                    Case{"created", 201, json_fields, "[]", protocol_trouble},
                    Case{"not modified", 304, {}, "", protocol_trouble},
                    Case{"moved", 301, {{"location", "https://other.okta.com/"}}, "", protocol_trouble},
                    Case{"found", 302, {}, "", protocol_trouble}, Case{"see other", 303, {}, "", protocol_trouble},
                    Case{"temporary", 307, {}, "", protocol_trouble}, Case{"permanent", 308, {}, "", protocol_trouble}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Codes, LogsResponseTest,
    testing::Values(Case{"validation", 400, json_fields, error_body("E0000001"), bad_request},
                    Case{"date", 400, json_fields, error_body("E0000030"), bad_request},
                    Case{"search", 400, json_fields, error_body("E0000031"), bad_request},
                    Case{"filter", 400, json_fields, error_body("E0000053"), bad_request},
                    Case{"pagination", 400, json_fields, error_body("E0000054"), bad_request},
                    Case{"accept", 400, json_fields, error_body("E0000021"), bad_request},
                    Case{"complex", 400, json_fields, error_body("E0000094"), bad_request},
                    Case{"ssws", 401, json_fields, error_body("E0000011"), token_refused},
                    Case{"authentication", 401, json_fields, error_body("E0000004"), token_refused},
                    Case{"feature", 401, json_fields, error_body("E0000015"), token_refused},
                    Case{"session", 403, json_fields, error_body("E0000005"), forbidden},
                    Case{"role", 403, json_fields, error_body("E0000006"), missing_role},
                    Case{"not found", 404, json_fields, error_body("E0000007"), bad_request},
                    Case{"wrong host", 404, json_fields, error_body("E0000008"), bad_request},
                    Case{"gone", 410, {}, "", bad_request}, Case{"too long", 414, {}, "", bad_request},
                    Case{"method", 405, json_fields, error_body("E0000022"), protocol_trouble},
                    Case{"proxy", 407, html_fields, "<html>", protocol_trouble},
                    Case{"rate", 429, json_fields, error_body("E0000047"), rate_limited},
                    Case{"rate, no header", 429, {}, "", rate_limited},
                    Case{"rate, limit", 429, {{"x-rate-limit-limit", "60"}}, error_body("E0000047"), rate_limited},
                    Case{"concurrency",
                         429,
                         {{"x-rate-limit-limit", "0"}, {"x-rate-limit-remaining", "0"}},
                         error_body("E0000047"),
                         too_many_at_once},
                    Case{"timeout", 500, json_fields, error_body("E0000009"), too_heavy},
                    Case{"internal", 500, json_fields, error_body("E0000053"), too_heavy},
                    Case{"unsupported", 501, json_fields, error_body("E0000060"), retry},
                    Case{"read only", 503, json_fields, error_body("E0000010"), retry},
                    Case{"search down", 503, json_fields, error_body("E0000100"), retry},
                    Case{"bad gateway", 502, html_fields, "<html>", retry}, Case{"gateway timeout", 504, {}, "", retry},
                    Case{"slow request", 408, {}, "", retry}, Case{"too early", 425, {}, "", retry},
                    Case{"unknown code", 400, json_fields, error_body("E0009999"), bad_request},
                    Case{"unknown code", 500, json_fields, error_body("E0009999"), retry},
                    Case{"code alone", 403, json_fields, R"({"errorCode":"E0000006"})", missing_role},
                    Case{"null causes", 403, json_fields, R"({"errorCode":"E0000006","errorSummary":null,"errorCauses":null})",
                         missing_role},
                    Case{"code no string", 403, json_fields, R"({"errorCode":6})", forbidden},
                    Case{"status beats code", 500, json_fields, error_body("E0000006"), retry}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Challenges, LogsResponseTest,
    testing::Values(
        Case{"expired", 401, long_challenge("Bearer", "invalid_token", "The token has expired."), "", token_refused},
        Case{"short form", 401, challenge(R"(Bearer error="invalid_token")"), "", token_refused},
        Case{"nothing at all", 401, {}, "", token_refused}, Case{"proxy", 401, html_fields, "<html>", token_refused},
        Case{"token missing", 401, challenge(R"(Bearer error="invalid_request")"), "", token_refused},
        Case{"scope", 403, long_challenge("Bearer", "insufficient_scope", "Not the required scopes."), "", missing_scope},
        Case{"empty", 403, {}, "", forbidden}, Case{"firewall", 403, html_fields, "<html>", forbidden},
        Case{"in the query", 400,
             challenge(R"(Bearer error="invalid_request", error_description="The access token cannot be in the query.")"), "",
             token_refused},
        Case{"a gateway's cursor", 400, challenge(R"(Bearer error="invalid_request")"), error_body("E0000001"), bad_request},
        Case{"no proof", 400, long_challenge("DPoP", "invalid_request", "requires a DPoP proof"), "", token_refused},
        Case{"bad proof", 400, long_challenge("DPoP", "invalid_dpop_proof", "'htu' claim is invalid."), "", token_refused},
        Case{"nonce", 400, challenge(R"(DPoP error="use_dpop_nonce")"), "", token_refused},
        Case{"bare scheme", 400, challenge("Bearer"), error_body("E0000001"), bad_request}),
    name_of);

TEST(LogsResponse, PageSaysNothing) { EXPECT_EQ(logs_verdict(ResponseHead(200, json_fields), "[]").what, ""); }

TEST(LogsResponse, TextNamesWhatSupportAsksFor) {
    const LogsVerdict verdict = logs_verdict(
        ResponseHead(400, {{"x-okta-request-id", "aV0q"}, {"content-type", "application/json"}}), error_body("E0000031"));
    EXPECT_EQ(verdict.what, R"(Okta answered 400 E0000031 "Some text", error id "oae1", request id "aV0q")");
    EXPECT_EQ(verdict.error_code, "E0000031");
}

TEST(LogsResponse, ThingsThatAPersonCanMendComeWithAdvice) {
    EXPECT_THAT(logs_verdict(ResponseHead(403, challenge(R"(Bearer error="insufficient_scope")")), "").what,
                HasSubstr("okta.logs.read"));
    EXPECT_THAT(logs_verdict(ResponseHead(403, json_fields), error_body("E0000006")).what, HasSubstr("admin role"));
    EXPECT_THAT(logs_verdict(ResponseHead(403, {}), "").what, HasSubstr("network zones"));
    EXPECT_THAT(logs_verdict(ResponseHead(302, {}), "").what, HasSubstr("domain"));
    EXPECT_THAT(logs_verdict(ResponseHead(200, html_fields), "").what, HasSubstr("portal"));
}

TEST(LogsResponse, ChallengeTravelsToTheAuthorizer) {
    const LogsVerdict verdict = logs_verdict(ResponseHead(400, long_challenge("DPoP", "invalid_dpop_proof", "too old")), "");
    EXPECT_EQ(verdict.challenge.status, 400u);
    EXPECT_EQ(verdict.challenge.error, "invalid_dpop_proof");
    EXPECT_EQ(verdict.challenge.description, R"("too old")");
}

TEST(LogsResponse, ForeignTextIsQuotedAndCut) {
    const std::string body =
        R"({"errorCode":"E0000001","errorSummary":")" + std::string(5'000, 'x') + R"(\n\u001b[31m","errorId":"a\"b"})";
    const LogsVerdict verdict = logs_verdict(ResponseHead(400, {{"x-okta-request-id", "a\x01" + std::string(500, 'y')}}), body);
    EXPECT_LT(verdict.what.size(), 600u);
    EXPECT_EQ(verdict.what.find_first_of("\n\x1b\x01"), std::string::npos);
    EXPECT_THAT(verdict.what, HasSubstr(R"("a\"b")"));
}

TEST(LogsResponse, BodiesThatAreNotOktasAreNotRead) {
    for (const std::string body :
         {"", "<html>", "[]", "null", R"({"errorCode":"E1 <script>"})", R"({"errorCode":"X0000001"})", "{\"errorCode\":"}) {
        const LogsVerdict verdict = logs_verdict(ResponseHead(500, html_fields), body);
        EXPECT_EQ(verdict.error_code, "") << body;
        EXPECT_EQ(verdict.what, "Okta answered 500") << body;
    }
    EXPECT_EQ(
        logs_verdict(ResponseHead(500, {}), R"({"a":")" + std::string(70'000, 'x') + R"(","errorCode":"E0000009"})").error_code,
        "");
}

}  // namespace
}  // namespace oktail
