#include "unit/simulator/okta_fixture.hpp"

#include "simulator/control.hpp"

namespace oktail::simulator {
namespace {

using namespace std::chrono_literals;

class FaultsTest : public FakeOktaTest {
protected:
    void SetUp() override {
        open(org_options(20));
        token_ = token();
    }
    void fault(std::string_view json) { ASSERT_TRUE(okta().faults().add(json, now_)); }
};

TEST_F(FaultsTest, NthRequestIsStruckOnce) {
    fault(R"({"endpoint":"logs","nth":2,"do":"answer","status":503,"body":"busy"})");

    EXPECT_EQ(get(since_january).status, 200U);
    EXPECT_EQ(get(since_january).status, 503U);
    EXPECT_EQ(get(since_january).status, 200U);
}

TEST_F(FaultsTest, OrgAndEndpointAreTold) {
    fault(R"({"org":"globex.okta.com","do":"answer","status":503})");
    fault(R"({"endpoint":"token","do":"overloaded"})");

    EXPECT_EQ(get(since_january).status, 200U);
    EXPECT_EQ(error(ask(token_request())), "temporarily_unavailable");
}

TEST_F(FaultsTest, WindowOpensAndCloses) {
    fault(R"({"from_s":10,"until_s":20,"do":"answer","status":500})");

    EXPECT_EQ(get(since_january).status, 200U);
    now_ += 10s;
    EXPECT_EQ(get(since_january).status, 500U);
    now_ += 10s;
    EXPECT_EQ(get(since_january).status, 200U);
}

TEST_F(FaultsTest, RateLimitAnnouncesAWaitThatIsWatched) {
    fault(R"({"times":1,"do":"rate_limit","reset_in":37,"limit":1200})");

    const Answer answer = get(since_january);
    now_ += 36s;
    get(since_january);

    EXPECT_EQ(answer.status, 429U);
    EXPECT_EQ(one(answer, "X-Rate-Limit-Limit"), "1200");
    EXPECT_EQ(one(answer, "X-Rate-Limit-Remaining"), "0");
    EXPECT_EQ(one(answer, "X-Rate-Limit-Reset"), "1767693649");
    EXPECT_EQ(org().violations.total(), 1U);
}

TEST_F(FaultsTest, ConcurrencyAnnouncesNothing) {
    fault(R"({"times":1,"do":"concurrency"})");

    const Answer answer = get(since_january);
    get(since_january);

    EXPECT_EQ(one(answer, "X-Rate-Limit-Limit"), "0");
    EXPECT_EQ(org().violations.total(), 0U);
}

TEST_F(FaultsTest, TokenRefusalsHaveTheirShapes) {
    fault(R"([{"times":1,"do":"token_expired"}])");
    EXPECT_EQ(get(since_january).text(), "");
    okta().faults().clear();
    fault(R"([{"times":1,"do":"token_invalid"}])");
    EXPECT_EQ(one(get(since_january), "WWW-Authenticate"),
              "Bearer error=\"invalid_token\", error_description=\"The access token is invalid\"");
    okta().faults().clear();
    fault(R"([{"times":1,"do":"token_unknown"}])");
    EXPECT_EQ(code(get(since_january)), "E0000011");
}

TEST_F(FaultsTest, TokenFieldsAreReplacedAndRemoved) {
    fault(R"({"do":"token_fields","set":{"expires_in":60,"scope":null}})");

    const auto body = boost::json::parse(ask(token_request()).text());

    EXPECT_EQ(body.at("expires_in").as_int64(), 60);
    EXPECT_FALSE(body.as_object().contains("scope"));
}

TEST_F(FaultsTest, NextLinkLeadsAstray) {
    fault(R"({"times":1,"do":"next_link","url":"http://evil.example{target}"})");

    const Answer answer = get(since_january);

    EXPECT_TRUE(all(answer, "link")[1].starts_with("<http://evil.example/api/v1/logs?")) << all(answer, "link")[1];
}

TEST_F(FaultsTest, ShortPageLosesNothing) {
    fault(R"({"times":1,"do":"short_page","length":3})");

    const Answer page = get(since_january);

    EXPECT_EQ(uuids(page).size(), 3U);
    EXPECT_EQ(uuids(get(next(page))).size(), 17U);
}

TEST_F(FaultsTest, EventsComeAgainOnTheNextPage) {
    fault(R"({"times":1,"do":"short_page","length":3})");
    const Answer page = get(since_january);
    fault(R"({"times":1,"do":"repeat_events","count":2})");

    const auto second = uuids(get(next(page)));

    EXPECT_EQ(second.size(), 19U);
    EXPECT_EQ(second[0], uuids(page)[1]);
}

TEST_F(FaultsTest, MalformedEventStandsAmongGoodOnes) {
    fault(R"({"times":1,"do":"insert_event","text":"{\"published\":null}"})");

    EXPECT_TRUE(get(since_january).text().ends_with(",{\"published\":null}]"));
}

TEST_F(FaultsTest, DeliveryIsSpoiled) {
    fault(R"({"times":1,"do":"reset_in_body","after":7})");
    fault(R"({"times":1,"do":"stall","seconds":1.5})");

    const Answer answer = get(since_january);

    EXPECT_EQ(answer.transmission.cut_after, 7U);
    EXPECT_EQ(answer.transmission.ending, Transmission::Ending::reset);
    EXPECT_EQ(answer.transmission.stall, 1500ms);
}

TEST_F(FaultsTest, AWrongScriptChangesNothing) {
    const auto added = okta().faults().add(R"([{"do":"answer"},{"do":"nonsense"}])", now_);

    ASSERT_FALSE(added);
    EXPECT_NE(added.error().what().find("nonsense"), std::string::npos);
    EXPECT_EQ(get(since_january).status, 200U);
}

TEST_F(FaultsTest, ControlPortEmitsAndTellsTheTruth) {
    const auto emitted = control(okta(), ServerRequest("POST", "/emit?org=acme.okta.com&count=5"), now_);

    const auto truth = control(okta(), ServerRequest("GET", "/truth?org=acme.okta.com&from=20"), now_);

    EXPECT_EQ(emitted.status, 200U);
    EXPECT_EQ(truth.text(), org().log.truth(20));
    EXPECT_EQ(std::ranges::count(truth.text(), '\n'), 5);
}

TEST_F(FaultsTest, ControlPortCountsViolations) {
    get("/api/v1/logs?limit=0");

    const auto stats = boost::json::parse(control(okta(), ServerRequest("GET", "/stats"), now_).text());

    EXPECT_EQ(stats.at("violations_total").as_int64(), 1);
    EXPECT_EQ(stats.at("orgs").at("acme.okta.com").at("answers").at("logs 400").as_int64(), 1);
}

TEST_F(FaultsTest, ControlPortPausesLiveEvents) {
    OrgOptions options = org_options();
    options.rate = 10;
    open(options);
    control(okta(), ServerRequest("POST", "/pause?org=acme.okta.com"), now_);
    const std::size_t before = org().log.size();
    now_ += 10s;
    control(okta(), ServerRequest("POST", "/resume?org=acme.okta.com"), now_);

    now_ += 1s;
    okta().flow(now_);

    EXPECT_EQ(org().log.size() - before, 11U);
}

}  // namespace
}  // namespace oktail::simulator
