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

}  // namespace
}  // namespace oktail
