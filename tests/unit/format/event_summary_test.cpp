#include "format/event_summary.hpp"

#include "support/case_name.hpp"
#include "support/sample_page.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(EventSummary, FindsAllFields) {
    const EventSummary summary = summary_of(
        R"({"actor":{"id":"00u1","alternateId":"dana@example.com"},"client":{"zone":"null","ipAddress":"203.0.113.9"},)"
        R"("eventType":"user.session.start","outcome":{"result":"SUCCESS","reason":null},"published":"2026-01-05T08:14:27Z",)"
        R"("severity":"INFO","transaction":{"type":"WEB","id":"t1"},"uuid":"u1"})");

    EXPECT_EQ(summary.uuid, "u1");
    EXPECT_EQ(summary.published, "2026-01-05T08:14:27Z");
    EXPECT_EQ(summary.event_type, "user.session.start");
    EXPECT_EQ(summary.severity, "INFO");
    EXPECT_EQ(summary.outcome, "SUCCESS");
    EXPECT_EQ(summary.actor, "dana@example.com");
    EXPECT_EQ(summary.client_ip, "203.0.113.9");
    EXPECT_EQ(summary.transaction, "t1");
}

TEST(EventSummary, FindsAllFieldsOfAnEventLikeOktas) {
    const std::string event = SampleEvents().event();

    const EventSummary summary = summary_of(event);

    for (const std::string_view field : {summary.uuid, summary.published, summary.event_type, summary.severity, summary.outcome,
                                         summary.actor, summary.client_ip, summary.transaction})
        EXPECT_NE(field, "");
    EXPECT_EQ(summary.severity, "INFO");
    EXPECT_TRUE(summary.actor.ends_with("@fabrikam.example"));
}

/// An event and the field that everything turns on.
struct Case {
    std::string event;
    std::string value;
};

std::string name_of(const testing::TestParamInfo<Case>& info) { return case_name(info.index, info.param.event); }

class SummaryUuid : public testing::TestWithParam<Case> {};

TEST_P(SummaryUuid, Is) { EXPECT_EQ(summary_of(GetParam().event).uuid, GetParam().value); }

INSTANTIATE_TEST_SUITE_P(Repeated, SummaryUuid,
                         testing::Values(Case{R"({"uuid":"a","uuid":"b"})", "a"}, Case{R"({"uuid":"","uuid":"b"})", ""},
                                         Case{R"({"uuid":null,"uuid":"b"})", "b"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Elsewhere, SummaryUuid,
                         testing::Values(Case{R"({"a":{"uuid":"x"},"uuid":"b"})", "b"},
                                         Case{R"({"a":[{"uuid":"x"}],"uuid":"b"})", "b"}, Case{R"({"actor":{"uuid":"x"}})", ""},
                                         Case{R"([[{"uuid":"x"}]])", ""}, Case{R"({"":{"uuid":"x"},"uuid":"b"})", "b"},
                                         Case{R"([{"uuid":"x"}])", ""}, Case{R"("uuid":"x")", ""},
                                         Case{R"({"Uuid":"x","uuid ":"y","uui":"z"})", ""}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(ValuesThatLookLikeNames, SummaryUuid,
                         testing::Values(Case{R"({"a":"uuid","b":"x"})", ""}, Case{R"({"uuid":"uuid","b":"x"})", "uuid"},
                                         Case{R"({"a":"\"uuid\":\"x\"","uuid":"b"})", R"(b)"},
                                         Case{R"({"a":"{","uuid":"b"})", "b"}, Case{R"({"a":"}]","uuid":"b"})", "b"},
                                         Case{R"({"a":["uuid","x"],"uuid":"b"})", "b"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Escapes, SummaryUuid,
                         testing::Values(Case{R"({"uuid":"a\"b"})", R"(a\"b)"}, Case{R"({"uuid":"a\\","b":"c"})", R"(a\\)"},
                                         Case{R"({"a\"":"x","uuid":"b"})", "b"}, Case{R"({"a\\":"x","uuid":"b"})", "b"},
                                         Case{R"({"uuid":"\u0041"})", R"(\u0041)"}, Case{R"({"uu\u0069d":"x"})", ""}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(NoStrings, SummaryUuid,
                         testing::Values(Case{R"({"uuid":null})", ""}, Case{R"({"uuid":7})", ""},
                                         Case{R"({"uuid":{"uuid":"x"}})", ""}, Case{R"({"uuid":["x"]})", ""},
                                         Case{R"({"uuid":[{"uuid":"x"}],"b":1})", ""}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(WhiteSpace, SummaryUuid,
                         testing::Values(Case{"{ \"uuid\" :\t\"b\" }", "b"}, Case{"\n{\r\n\"uuid\"\n:\n\"b\"\n}\n", "b"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Truncated, SummaryUuid,
                         testing::Values(Case{"", ""}, Case{"{", ""}, Case{R"({"uu)", ""}, Case{R"({"uuid")", ""},
                                         Case{R"({"uuid":)", ""}, Case{R"({"uuid":")", ""}, Case{R"({"uuid":"b)", ""},
                                         Case{R"({"uuid":"b\")", ""}, Case{R"({"uuid":"b")", "b"}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(NoJson, SummaryUuid,
                         testing::Values(Case{R"(}{"uuid":"x"})", ""}, Case{R"(]]{{{"uuid":"b"})", "b"},
                                         Case{R"({"a" "uuid":"b"})", "b"}, Case{R"({"""uuid":"b"})", "b"},
                                         Case{R"(\"{"uuid":"b"})", ""}),
                         name_of);

class SummaryTransaction : public testing::TestWithParam<Case> {};

TEST_P(SummaryTransaction, Is) { EXPECT_EQ(summary_of(GetParam().event).transaction, GetParam().value); }

INSTANTIATE_TEST_SUITE_P(IdsOfOthersDoNotCount, SummaryTransaction,
                         testing::Values(Case{R"({"target":[{"id":"x"}],"actor":{"id":"y"},"transaction":{"id":"t"}})", "t"},
                                         Case{R"({"transaction":{"type":"WEB"},"target":[{"id":"x"}],"actor":{"id":"y"}})", ""},
                                         Case{R"({"transaction":{"detail":{"id":"x"},"id":"t"}})", "t"},
                                         Case{R"({"transaction":[{"id":"x"}]})", ""}, Case{R"({"transaction":["id","x"]})", ""},
                                         Case{R"({"transaction":"id","id":"x"})", ""},
                                         Case{R"({"a":{"transaction":{"id":"x"}}})", ""},
                                         Case{R"({"transaction":null,"a":{"id":"x"}})", ""},
                                         Case{R"({"transaction":{"id":"t"},"transaction":{"id":"x"}})", "t"},
                                         Case{R"({"transaction":{},"transaction":{"id":"t"}})", "t"},
                                         Case{R"({"actor":{"alternateId":"x","transaction":1},"b":{"id":"y"}})", ""}),
                         name_of);

TEST(EventSummary, LiesInTheEvent) {
    const std::string event = R"({"uuid":"u1"})";

    EXPECT_EQ(summary_of(event).uuid.data(), event.data() + 9);
}

TEST(Unescaped, SaysWhatTheStringSays) {
    EXPECT_EQ(unescaped(""), "");
    EXPECT_EQ(unescaped("plain \xc3\xa4"), "plain \xc3\xa4");
    EXPECT_EQ(unescaped(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(unescaped(R"(\u0041\u00e4\u20ac)"), "A\xc3\xa4\xe2\x82\xac");
    EXPECT_EQ(unescaped(R"(\ud83d\ude00)"), "\xf0\x9f\x98\x80");
    EXPECT_EQ(unescaped(R"(a\u0000b)"), std::string("a\0b", 3));
}

TEST(Unescaped, LeavesWhatMeansNothing) {
    for (const char* text : {R"(\x)", R"(\u12)", R"(\ud83d)", R"(a\)", R"(\n")", R"(","\n)", "\\n\n", "\\n\xff"})
        EXPECT_EQ(unescaped(text), text) << text;
}

}  // namespace
}  // namespace oktail
