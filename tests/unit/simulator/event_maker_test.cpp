#include "simulator/event_maker.hpp"

#include "core/time_text.hpp"
#include "simulator/event_types.hpp"
#include "simulator/org.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <set>

namespace oktail::simulator {
namespace {

const UtcTime noon = parse_rfc3339("2026-01-05T12:00:00.361Z").value();

std::string event(const EventMaker& maker, std::uint64_t index) {
    std::string out;
    maker.append(out, index, noon);
    return out;
}

TEST(EventMaker, EventsAreJsonOfTheirUuidAndTime) {
    const EventMaker maker(1);
    std::set<std::string> ids;

    for (std::uint64_t i = 0; i < 3'000; ++i) {
        const auto json = boost::json::parse(event(maker, i));
        EXPECT_EQ(json.at("published").as_string(), "2026-01-05T12:00:00.361Z");
        EXPECT_EQ(json.at("uuid").as_string(), maker.uuid(i, noon));
        ids.insert(std::string(json.at("uuid").as_string()));
    }

    EXPECT_EQ(ids.size(), 3'000U);
}

TEST(EventMaker, AverageSizeIsThatOfRealEvents) {
    const EventMaker maker(1);
    std::size_t bytes = 0;

    for (std::uint64_t i = 0; i < 5'000; ++i) bytes += event(maker, i).size();

    EXPECT_NEAR(static_cast<double>(bytes) / 5'000, 2'350, 150);
}

TEST(EventMaker, SameSeedSameBytes) {
    const EventMaker one(7);
    const EventMaker same(7);
    const EventMaker other(8);

    EXPECT_EQ(event(one, 41), event(same, 41));
    EXPECT_NE(event(one, 41), event(other, 41));
    EXPECT_NE(event(one, 41), event(one, 42));
}

TEST(EventMaker, AllTypesSeveritiesAndOddShapesComeUp) {
    const EventMaker maker(3);
    std::set<std::string> types;
    std::set<std::string> severities;
    std::string text;
    bool null_outcome = false;

    for (std::uint64_t i = 0; i < 20'000; ++i) {
        text = event(maker, i);
        const auto json = boost::json::parse(text);
        types.insert(std::string(json.at("eventType").as_string()));
        severities.insert(std::string(json.at("severity").as_string()));
        null_outcome = null_outcome || json.at("outcome").is_null();
    }

    EXPECT_EQ(types.size(), event_types().size());
    EXPECT_EQ(severities, (std::set<std::string>{"DEBUG", "ERROR", "INFO", "WARN"}));
    EXPECT_TRUE(null_outcome);
}

TEST(EventMaker, NowAndThenAHugeOne) {
    const EventMaker maker(1, 10);

    EXPECT_GT(event(maker, 9).size(), 600'000U);
    EXPECT_LT(event(maker, 10).size(), 10'000U);
    EXPECT_TRUE(boost::json::parse(event(maker, 9)).is_object());
}

TEST(OrgOptions, ReadsWhatTheCommandLineSays) {
    const auto org = read_org_options("acme.okta.com,rate=2.5,backlog=1000,limit=60,cursor=lengthy,empty_next=moved");

    ASSERT_TRUE(org);
    EXPECT_EQ(org->host, "acme.okta.com");
    EXPECT_EQ(org->rate, 2.5);
    EXPECT_EQ(org->backlog, 1000U);
    EXPECT_EQ(org->limit, 60U);
    EXPECT_EQ(org->cursor, CursorStyle::lengthy);
    EXPECT_EQ(org->empty_next, EmptyNext::moved);
}

TEST(OrgOptions, RefusesWhatItDoesNotKnow) {
    EXPECT_FALSE(read_org_options("acme.okta.com,speed=1"));
    EXPECT_FALSE(read_org_options("acme.okta.com,rate=fast"));
    EXPECT_FALSE(read_org_options("../acme"));
    EXPECT_FALSE(read_org_options(""));
}

}  // namespace
}  // namespace oktail::simulator
