#include "format/line_format.hpp"

#include "support/batch_of.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(LineFormat, RawIsTheEventAndALineBreak) {
    const Batch batch = batch_of({R"({"n":1})", R"({"n":2})", R"({"n":3})"});

    EXPECT_EQ(LineFormat::raw().render(batch, 0).view(), "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
    EXPECT_EQ(LineFormat::raw().render(batch, 2).view(), "{\"n\":3}\n");
    EXPECT_EQ(LineFormat::raw().render(batch, 3).view(), "");
}

TEST(LineFormat, RawFollowsTheIndicesOfABatch) {
    const Batch page = batch_of({"a", "b", "c"});
    const Batch some(page.page(), std::make_shared<const Batch::Indices>(Batch::Indices{2, 0}));

    EXPECT_EQ(LineFormat::raw().render(some, 0).view(), "c\na\n");
}

TEST(LineFormat, RawOfAWholePageIsThePagesOwnBytes) {
    const Batch batch = batch_of({R"({"n":1})", R"({"n":2})"});

    EXPECT_EQ(LineFormat::raw().render(batch, 0).view().data(), batch.event(0).data());
    EXPECT_EQ(LineFormat::raw().render(batch, 1).view().data(), batch.event(1).data());
}

TEST(LineFormat, RawOfAPageWithMoreBetweenItsEventsIsACopy) {
    std::vector<EventSlice> events(4);
    events[0] = {.offset = 2, .size = 2, .id = {}};
    events[1] = {.offset = 6, .size = 2, .id = {}};
    events[2] = {.offset = 8, .size = 2, .id = {}};  // no room for a line feed between them
    events[3] = {.offset = 11, .size = 2, .id = {}};
    const Batch batch(std::make_shared<const Page>(Buffer::copy_of("[ {} ,{}{},{}"), events, Cursor("/1"), UtcTime()));

    EXPECT_EQ(LineFormat::raw().render(batch, 0).view(), "{}\n{}\n{}\n{}\n");
    EXPECT_EQ(LineFormat::raw().render(batch, 1).view(), "{}\n{}\n{}\n");
    EXPECT_EQ(LineFormat::raw().render(batch, 2).view(), "{}\n{}\n");
    EXPECT_EQ(batch.event(1), "{}");
    EXPECT_EQ(batch.event(2), "{}");
}

TEST(LineFormat, LinesOfAPageOutliveTheBatch) {
    Lines lines = LineFormat::raw().render(batch_of({"{}", "{}"}), 0);

    EXPECT_EQ(lines.view(), "{}\n{}\n");
}

TEST(LineFormat, EnvelopeNamesTenantAndLabels) {
    const LineFormat format = LineFormat::envelope("acme", {{"customer", "Acme Corp"}, {"tier", "gold"}});

    EXPECT_EQ(format.render(batch_of({R"({"n":1 })"}), 0).view(),
              R"({"tenant":"acme","labels":{"customer":"Acme Corp","tier":"gold"},"event":{"n":1 }})"
              "\n");
}

TEST(LineFormat, EnvelopeEscapesLabels) {
    const std::string hostile = "\"},\"event\":{}}\n\x01";
    const auto line = LineFormat::envelope("acme", {{"x", hostile}}).render(batch_of({"{}"}), 0);

    EXPECT_EQ(line.view().find('\n'), line.size() - 1);
    EXPECT_EQ(boost::json::parse(line.view()).at("labels").at("x").as_string(), hostile);
}

TEST(LineFormat, EnvelopeWithoutLabels) {
    EXPECT_EQ(LineFormat::envelope("acme", {}).render(batch_of({"{}"}), 0).view(),
              "{\"tenant\":\"acme\",\"labels\":{},\"event\":{}}\n");
}

const std::string acme_fields = "deviceExternalId=acme dvchost=acme.okta.com";

TEST(LineFormat, CefIsALinePerEvent) {
    const LineFormat format = LineFormat::cef("acme", "acme.okta.com");
    const Batch batch = batch_of({R"({"eventType":"a"})", R"({"eventType":"b\n"})", R"({"eventType":"c"})"});
    const std::string a = "CEF:0|Okta|System Log|0|a|a|0|" + acme_fields + "\n";
    const std::string b = "CEF:0|Okta|System Log|0|b |b |0|" + acme_fields + "\n";
    const std::string c = "CEF:0|Okta|System Log|0|c|c|0|" + acme_fields + "\n";

    EXPECT_EQ(format.render(batch, 0).view(), a + b + c);
    EXPECT_EQ(format.render(batch, 2).view(), c);
    EXPECT_EQ(format.render(batch, 3).view(), "");
    EXPECT_EQ(format.render(batch, 0).whole_page(), nullptr);
}

TEST(LineFormat, CefLeavesWhatItCannotSayAsItIs) {
    const LineFormat format = LineFormat::cef("acme", "acme.okta.com");

    EXPECT_EQ(format.render(batch_of({R"({"n":truu})"}), 0).view(), "{\"n\":truu}\n");
    EXPECT_EQ(format.compact(R"({"n":truu})", 10), R"({"n":truu})");
    EXPECT_EQ(format.compact(R"({"n":truu})", 9), std::nullopt);
}

TEST(LineFormat, CefOfManyEventsIsWhole) {
    const Batch batch = batch_of(std::vector<std::string>(1000, "{}"));
    const std::string line = "CEF:0|Okta|System Log|0|||0|" + acme_fields + "\n";

    EXPECT_EQ(LineFormat::cef("acme", "acme.okta.com").render(batch, 0).size(), 1000 * line.size());
}

TEST(LineFormat, TextIsALineWithoutItsEnd) {
    std::string scratch = "old";
    const std::string event = R"({"n":1})";

    EXPECT_EQ(LineFormat::raw().text(event, scratch).data(), event.data());
    EXPECT_EQ(LineFormat::raw().text(event, scratch), event);
    EXPECT_EQ(LineFormat::envelope("acme", {}).text(event, scratch), R"({"tenant":"acme","labels":{},"event":{"n":1}})");
    EXPECT_EQ(LineFormat::cef("acme", "acme.okta.com").text(event, scratch), "CEF:0|Okta|System Log|0|||0|" + acme_fields);
    EXPECT_EQ(LineFormat::cef("acme", "acme.okta.com").text("[]", scratch), "[]");
}

TEST(LineFormat, CompactLeavesOutWhatTheFormatCanSpare) {
    const std::string event = R"({"n":1,"debugContext":{"debugData":{"a":1}}})";
    const std::string small = R"({"n":1,"debugContext":{"debugData":{}}})";
    const LineFormat envelope = LineFormat::envelope("acme", {});
    const LineFormat cef = LineFormat::cef("acme", "acme.okta.com");
    const std::string before = R"({"tenant":"acme","labels":{},"event":)";

    EXPECT_EQ(LineFormat::raw().compact(event, event.size()), event);
    EXPECT_EQ(LineFormat::raw().compact(event, event.size() - 1), small);
    EXPECT_EQ(LineFormat::raw().compact(event, small.size() - 1), std::nullopt);
    EXPECT_EQ(envelope.compact(event, before.size() + event.size() + 1), before + event + "}");
    EXPECT_EQ(envelope.compact(event, before.size() + event.size()), before + small + "}");
    EXPECT_EQ(envelope.compact(event, before.size() + small.size()), std::nullopt);
    EXPECT_EQ(envelope.compact(event, 5), std::nullopt);
    EXPECT_EQ(cef.compact(event, 60), "CEF:0|Okta|System Log|0|||0|dvchost=acme.okta.com");
    EXPECT_EQ(cef.compact(event, 20), std::nullopt);
}

TEST(LineFormat, IsTheOneThatIsConfigured) {
    const RouteId route("acme", "archive");
    const TenantProfile tenant("acme.okta.com", {{"tier", "gold"}});
    std::string scratch;

    EXPECT_EQ(line_format(EventFormat::raw, route, tenant).text("{}", scratch), "{}");
    EXPECT_EQ(line_format(EventFormat::envelope, route, tenant).text("{}", scratch),
              R"({"tenant":"acme","labels":{"tier":"gold"},"event":{}})");
    EXPECT_EQ(line_format(EventFormat::cef, route, tenant).text("{}", scratch), "CEF:0|Okta|System Log|0|||0|" + acme_fields);
}

}  // namespace
}  // namespace oktail
