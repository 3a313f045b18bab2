#include "okta/link_header.hpp"

#include "support/case_name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oktail {
namespace {

const Origin acme("acme.okta.com");
const std::string base = "https://acme.okta.com/api/v1/logs";
const std::string after = "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000&after=1767225812004_1";

NextLink links(std::vector<std::string> values, const Origin& origin = acme, const std::vector<std::string>& hosts = {}) {
    std::vector<std::pair<std::string, std::string>> fields{{"date", "x"}};
    for (std::string& value : values) fields.emplace_back("link", std::move(value));
    return next_link(ResponseHead(200, std::move(fields)), origin, hosts);
}

std::string next(const std::string& url) { return '<' + url + ">; rel=\"next\""; }

TEST(LinkHeader, NextIsTakenByteForByte) {
    const NextLink link = links({"<" + base + "?since=x>; rel=\"self\"", next("https://acme.okta.com" + after)});
    EXPECT_EQ(link.cursor().target(), after);
    EXPECT_EQ(link.refusal(), "");
}

TEST(LinkHeader, NoNextIsNone) {
    const std::vector<std::vector<std::string>> answers{
        {},
        {""},
        {" , ,"},
        {"<" + base + "?since=x>; rel=\"self\""},
        {"<" + base + "?after=x>"},
        {"<" + base + "?after=x>; rel=\"prev\""},
        {"<" + base + "?after=x>; rel=\"nextish next-page xnext\""},
        {"<" + base + "?after=x>; rel=\"https://example.com/next\""},
        {"<" + base + "?after=x>; rel=https://example.com/next"},
        {"<" + base + "?after=x>; rev=\"next\""},
        {"<" + base + "?after=x>; title=\"rel=next\""},
        {"<" + base + "?after=x>; rel=\"self\"; rel=\"next\""},
        {"<" + base + "?after=x>; rel"},
        {"<" + base + "?after=x>; rel=\"\""},
        {"<https://evil.example/>; rel=\"self\", <http://evil.example/x>; rel=prev"},
    };
    for (const auto& answer : answers) {
        EXPECT_TRUE(links(answer).cursor().empty()) << testing::PrintToString(answer);
        EXPECT_EQ(links(answer).refusal(), "") << testing::PrintToString(answer);
    }
}

TEST(LinkHeader, EveryHonestShapeIsRead) {
    const std::string self = "<" + base + "?since=x>; rel=\"self\"";
    const std::string url = "<https://acme.okta.com" + after + ">";
    const std::vector<std::vector<std::string>> answers{
        {self + ", " + url + "; rel=\"next\""},
        {self + "," + url + ";rel=next"},
        {url + "; rel=\"next\"", self},
        {url + "; rel=\"next\", " + self},
        {url + " ; REL = \"NeXt\""},
        {url + "; title=\"a,b;c\\\"<x>\"; rel=next; crossorigin"},
        {url + "; title*=UTF-8''a%2Cb; rel=next"},
        {url + "; rel=\"prefetch next\""},
        {url + "; rel=\"next\tprefetch\""},
        {url + ";; ; rel=next;"},
        {url + "\r\n ;\r\n\trel=\"next\""},
        {",, " + url + "; rel=next ,,"},
        {url + "; rel=next", url + "; rel=next"},
        {url + "; rel=next, " + url + "; rel=next"},
        {url + "; rel=next; rel=self"},
        {"<HTTPS://ACME.okta.COM" + after + ">; rel=next"},
        {"<https://acme.okta.com:443" + after + ">; rel=next"},
        {"<https://evil.example/x>; rel=\"help\", " + url + "; rel=next"},
        {"<https://acme.okta.com/docs,with;odd\"chars>; rel=about, " + url + "; rel=next"},
    };
    for (const auto& answer : answers) {
        EXPECT_EQ(links(answer).cursor().target(), after) << testing::PrintToString(answer) << links(answer).refusal();
        EXPECT_EQ(links(answer).refusal(), "");
    }
}

TEST(LinkHeader, QueriesOfOktaAreTakenAsTheyAre) {
    const std::vector<std::string> queries{"?after=1",
                                           "?q=&after=1",
                                           "?after=1&q=&until=&filter=",
                                           "?until&after=1",
                                           "?limit=10&filter=severity+ge+%22INFO%22&after=1648112954504_1",
                                           "?after=a%3D%2B" + std::string(400, 'x'),
                                           "?sortOrder=ASCENDING&since=2026-01-01T00:00:00.000Z&limit=1000",
                                           "?sortOrder=&after=1",
                                           "?filter=a+eq+\"x,y;z\"&after=1",
                                           "?&after=1&",
                                           "?after=1&filter=a'b(c)*!$@:/?",
                                           "?since=2026-01-01T00%3A00%3A00.000Z"};
    for (const std::string& query : queries)
        EXPECT_EQ(links({next(base + query)}).cursor().target(), "/api/v1/logs" + query) << query;
}

TEST(LinkHeader, BoundedQueriesGoOnBounded) {
    const auto follow = [](const std::string& query) {
        const ResponseHead head(200, {{"link", next(base + query)}});
        return next_link(head, acme, {}, QueryKind::bounded);
    };
    EXPECT_EQ(follow("?until=y&after=1").cursor().target(), "/api/v1/logs?until=y&after=1");
    EXPECT_NE(follow("?since=x&after=1").refusal().find("is not bounded"), std::string::npos);
    EXPECT_NE(follow("?since=x&until=").refusal().find("is not bounded"), std::string::npos);
}

TEST(LinkHeader, OtherHostsOnlyWhereTheConfigurationNamesThem) {
    const Origin custom("id.acme.example");
    EXPECT_FALSE(links({next("https://acme.okta.com" + after)}, custom).refusal().empty());
    EXPECT_EQ(links({next("https://acme.okta.com" + after)}, custom, {"x.example", "ACME.okta.com"}).cursor().target(), after);
    EXPECT_EQ(links({next("https://id.acme.example" + after)}, custom, {"acme.okta.com"}).cursor().target(), after);
    EXPECT_FALSE(links({next("https://acme.okta.com:8443" + after)}, custom, {"acme.okta.com"}).refusal().empty());
}

TEST(LinkHeader, PortIsTheOrigins) {
    const Origin elsewhere("127.0.0.1", 8443);
    EXPECT_EQ(links({next("https://127.0.0.1:8443" + after)}, elsewhere).cursor().target(), after);
    EXPECT_FALSE(links({next("https://127.0.0.1" + after)}, elsewhere).refusal().empty());
    EXPECT_FALSE(links({next("https://127.0.0.1:443" + after)}, elsewhere).refusal().empty());
    EXPECT_FALSE(links({next("https://127.0.0.1:08443" + after)}, elsewhere).refusal().empty());
    EXPECT_EQ(links({next("https://[::1]:8443" + after)}, Origin("::1", 8443)).cursor().target(), after);
}

TEST(LinkHeader, RefusalSaysWhyAndKeepsTheCursorOut) {
    const NextLink link = links({next("https://evil.example" + after)});
    EXPECT_EQ(link.refusal(),
              "the next link \"https://evil.example/api/v1/logs\" leads to another host or port (link_hosts may allow a host)");
    EXPECT_TRUE(link.cursor().empty());
}

class HostileLinkTest : public testing::TestWithParam<std::string> {};

std::string name_of(const testing::TestParamInfo<std::string>& info) { return case_name(info.index, info.param); }

TEST_P(HostileLinkTest, IsRefused) {
    const NextLink link = links({GetParam()});
    EXPECT_TRUE(link.cursor().empty()) << link.cursor().target();
    EXPECT_FALSE(link.refusal().empty());
}

INSTANTIATE_TEST_SUITE_P(
    OtherOrigins, HostileLinkTest,
    testing::Values(next("https://evil.example" + after), next("http://acme.okta.com" + after),
                    next("http://acme.okta.com:443" + after), next("//acme.okta.com" + after), next("//evil.example" + after),
                    next(after), next("?after=1"), next(""), next("https:" + after), next("https:/acme.okta.com" + after),
                    next("https:///acme.okta.com" + after), next("https://" + after), next("ftp://acme.okta.com" + after),
                    next("javascript:alert(1)//"), next("data:text/html,x"), next("file:///etc/passwd"),
                    next("https://user@acme.okta.com" + after), next("https://user:pass@acme.okta.com" + after),
                    next("https://@acme.okta.com" + after), next("https://acme.okta.com@evil.example" + after),
                    next("https://acme.okta.com:443@evil.example" + after),
                    next("https://acme.okta.com%40evil.example" + after), next("https://evil.example#@acme.okta.com" + after),
                    next("https://evil.example?@acme.okta.com" + after), next("https://evil.example\\@acme.okta.com" + after),
                    next("https://acme.okta.com\\.evil.example" + after), next("https:\\\\acme.okta.com" + after),
                    next("https://acme.okta.com.evil.example" + after), next("https://evilacme.okta.com" + after),
                    next("https://xacme.okta.com" + after), next("https://acme.okta.co" + after),
                    next("https://acme.okta.com." + after), next("https://acme-admin.okta.com" + after),
                    next("https://acme.okta.com:8443" + after), next("https://acme.okta.com:" + after),
                    next("https://acme.okta.com:0443" + after), next("https://acme.okta.com:443:443" + after),
                    next("https://acme.okta.com:+443" + after), next("https://acme.okta.com:65979" + after),
                    next("https://acme.okta.com:x" + after), next("https://127.0.0.1" + after), next("https://[::1]" + after),
                    next("https://2130706433" + after), next("https://acme.okt\xd0\xb0.com" + after),
                    next("https://xn--acme-5ve.okta.com" + after), next("https://acm%65.okta.com" + after),
                    next("https://acme.okta.com\t" + after), next(" https://acme.okta.com" + after),
                    next("https://acme.okta.com " + after), next("https://acme.okta.com\r\nHost: evil.example" + after),
                    next(std::string("https://acme.okta.com\0.evil.example", 35) + after)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    OtherPaths, HostileLinkTest,
    testing::Values(next("https://acme.okta.com"), next("https://acme.okta.com/"), next("https://acme.okta.com?after=1"),
                    next("https://acme.okta.com/api/v1/users?after=1"), next(base + "/?after=1"), next(base + "/x?after=1"),
                    next(base + "x?after=1"), next("https://acme.okta.com//api/v1/logs?after=1"),
                    next("https://acme.okta.com/api/v1/../v1/logs?after=1"),
                    next("https://acme.okta.com/./api/v1/logs?after=1"), next("https://acme.okta.com/api/v1/log%73?after=1"),
                    next("https://acme.okta.com/API/v1/logs?after=1"), next("https://acme.okta.com/api/v1/logs;x=1?after=1"),
                    next("https://acme.okta.com/api\\v1/logs?after=1"), next("https://acme.okta.com/api/v1/logs%3Fafter=1")),
    name_of);

INSTANTIATE_TEST_SUITE_P(OtherQueries, HostileLinkTest,
                         testing::Values(next(base), next(base + "?"), next(base + "?limit=1000"), next(base + "?after="),
                                         next(base + "?after=1&until=2026-01-01T00:00:00Z"),
                                         next(base + "?after=1&until=&until=now"), next(base + "?after=1&unti%6c=now"),
                                         next(base + "?after=1&UNTIL=now"), next(base + "?after=1&callback=x"),
                                         next(base + "?after=1&access_token=x"), next(base + "?After=1"),
                                         next(base + "?after=1&sortOrder=DESCENDING"),
                                         next(base + "?after=1&sortOrder=ASCENDING&sortOrder=DESCENDING"),
                                         next(base + "?after=1#x"), next(base + "?after=1 HTTP/1.1"),
                                         next(base + "?after=1\r\nX: y"), next(base + "?after=1\x7f"),
                                         next(base + "?after=\xc3\xbc"), next(base + "?after=1\\"),
                                         next(base + "?after=" + std::string(9'000, 'x'))),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Ambiguous, HostileLinkTest,
                         testing::Values(next(base + "?after=1") + ", " + next(base + "?after=2"),
                                         next(base + "?after=1") + ", " + next("https://evil.example" + after),
                                         next("https://evil.example" + after) + ", " + next(base + "?after=1"),
                                         "<" + base + "?after=1; rel=\"next\"", base + "?after=1; rel=\"next\"",
                                         "<" + base + "?after=1> rel=\"next\"", "<" + base + "?after=1>; rel=\"next",
                                         "<" + base + "?after=1>; rel=\"next\"x",
                                         "<" + base + "?after=1>; rel=\"next\" <" + base + "?after=2>; rel=\"next\"",
                                         "<>; rel=next", "<<" + base + "?after=1>; rel=next", "nonsense",
                                         "<" + base + "?after=1>; =x, \"", "<https://evil.example/>; rel=next"),
                         name_of);

}  // namespace
}  // namespace oktail
