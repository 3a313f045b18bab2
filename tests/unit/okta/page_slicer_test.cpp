#include "okta/page_slicer.hpp"
#include "support/sample_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace oktail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* uuid_a = "8d8ac910-ea0e-11f0-9c2b-4f6f1d2a7b31";

/// A page after slicing.
struct Sliced {
    explicit Sliced(std::string_view text) : body(Buffer::copy_of(text)) {
        auto result = PageSlicer().slice(body);
        if (result) slices = *result;
        else trouble = result.error();
    }
    std::vector<std::string> events() const {
        std::vector<std::string> out;
        for (const EventSlice& slice : slices) out.emplace_back(body.view().substr(slice.offset, slice.size));
        return out;
    }
    std::vector<bool> well_formed() const {
        std::vector<bool> out;
        for (const EventSlice& slice : slices) out.push_back(slice.well_formed);
        return out;
    }
    Buffer body;
    std::vector<EventSlice> slices;
    Error trouble{ErrorKind::stopped, ""};
};

TEST(PageSlicer, EmptyPagesHaveNoEvents) {
    for (const char* page : {"[]", " [ ] ", "\n[\n]\n"}) {
        const Sliced sliced(page);
        EXPECT_THAT(sliced.slices, IsEmpty()) << page;
        EXPECT_EQ(sliced.trouble.kind(), ErrorKind::stopped) << page;
    }
}

TEST(PageSlicer, EventsAreTheBytesThatCame) {
    const std::string first = R"({"n": 1.50e+1,"uuid":"x","s":"a\u0000\/\"]}","deep":[[{"k":[{}]}]]})";
    const std::string second = R"({ "b" : "ü€𝄞" , "x" : 12345678901234567890123 })";

    const Sliced sliced(" [ " + first + " \t, " + second + "  ] ");

    EXPECT_THAT(sliced.events(), ElementsAre(first, second));
    EXPECT_THAT(sliced.well_formed(), ElementsAre(true, true));
}

TEST(PageSlicer, LineBreaksBetweenTokensBecomeSpacesAndNothingElseChanges) {
    const Sliced sliced("[\r\n{\n \"a\"\r\n:\n\"\\n\\r\",\"b\":[1,\n2]\n}\n,\n{\"c\":\n1}\n]\n");

    EXPECT_THAT(sliced.events(), ElementsAre("{  \"a\"  : \"\\n\\r\",\"b\":[1, 2] }", "{\"c\": 1}"));
}

TEST(PageSlicer, ReadsUuidAndPublishedOfTheEventItself) {
    const Sliced sliced(std::string(R"([{"actor":{"uuid":"no","published":"no"},"target":[{"uuid":"no"}],"published":)") +
                        "\n \"2026-01-05T08:14:27.361Z\" ,\"uuid\" : \"" + uuid_a + "\"\n}]");

    ASSERT_THAT(sliced.slices, SizeIs(1));
    EXPECT_EQ(sliced.slices[0].id, event_id(uuid_a, ""));
    EXPECT_EQ(sliced.slices[0].published, event_time("2026-01-05T08:14:27.361Z"));
}

TEST(PageSlicer, FirstOfRepeatedFieldsCounts) {
    const Sliced sliced(std::string(R"([{"uuid":")") + uuid_a +
                        R"(","published":"2026-01-05T08:14:27.361Z","uuid":"b","published":"c"}])");

    EXPECT_EQ(sliced.slices.at(0).id, event_id(uuid_a, ""));
    EXPECT_EQ(sliced.slices.at(0).published, event_time("2026-01-05T08:14:27.361Z"));
}

TEST(PageSlicer, EventWithoutAUsableUuidIsNamedByItsBytes) {
    for (const std::string event : {R"({"a":1})", R"({"uuid":null})", R"({"uuid":7})", R"({"uuid":""})",
                                    R"({"uuid":{"uuid":"x"}})", R"({"uuid":["x"],"uuid":"y"})"}) {
        const Sliced sliced('[' + event + ']');
        EXPECT_EQ(sliced.slices.at(0).id, event_id("", event)) << event;
        EXPECT_EQ(sliced.slices.at(0).published, UtcTime{}) << event;
    }
}

TEST(PageSlicer, NameByBytesDoesNotDependOnLineBreaks) {
    EXPECT_EQ(Sliced("[{\"a\":\n1}]").slices.at(0).id, Sliced("[{\"a\": 1}]").slices.at(0).id);
}

TEST(PageSlicer, OneBadEventNeverDropsAPage) {
    const std::string good =
        std::string(R"({"uuid":")") + uuid_a + R"(","s":"}{\\\"]","published":"2026-01-05T08:14:27.361Z"})";
    for (const std::string bad :
         {"{\"uuid\":\"bad\",\"s\":\"\xff\"}", "{\"uuid\":\"bad\",\"s\":\"\xed\xa0\x80\"}", "{\"uuid\":\"bad\",\"s\":\"a\nb\"}",
          "{\"uuid\":\"bad\",\"s\":\"a\x01\"}", "{\"uuid\":\"bad\" \"s\"}", "{\"uuid\":\"bad\",}",
          "{\"uuid\":\"bad\",\"s\":[1}", "{\"uuid\":\"bad\"; \"a\" 1}"}) {
        const Sliced sliced('[' + good + ',' + bad + ",\n" + good + ']');

        EXPECT_THAT(sliced.events(), ElementsAre(good, bad, good)) << bad;
        EXPECT_THAT(sliced.well_formed(), ElementsAre(true, false, true)) << bad;
        ASSERT_THAT(sliced.slices, SizeIs(3)) << bad;
        EXPECT_EQ(sliced.slices[0].id, event_id(uuid_a, "")) << bad;
        EXPECT_EQ(sliced.slices[0].published, event_time("2026-01-05T08:14:27.361Z")) << bad;
        EXPECT_EQ(sliced.slices[1].id, event_id("bad", "")) << bad;
        EXPECT_EQ(sliced.slices[2].id, event_id(uuid_a, "")) << bad;
    }
}

TEST(PageSlicer, GoodEventsBesideABadOneAreLinesToo) {
    const Sliced sliced("[{\"a\":\n1},{\"s\":\"\xff\n\",\n\"b\":1}]");

    EXPECT_THAT(sliced.events(), ElementsAre("{\"a\": 1}", "{\"s\":\"\xff\n\",\n\"b\":1}"));
}

TEST(PageSlicer, WhatIsNoArrayOfObjectsIsAnError) {
    const std::vector<std::pair<std::string, std::string>> pages{
        {"", "cut off"},
        {"  ", "cut off"},
        {"{}", "no JSON array"},
        {"null", "no JSON array"},
        {"<html></html>", "no JSON array"},
        {"[", "cut off"},
        {"[{", "cut off"},
        {"[{}", "cut off"},
        {"[{},", "cut off"},
        {R"([{"a":1},{"b":"]})", "cut off"},
        {R"([{"a":{"b":1},{"c":2}])", "cut off"},
        {R"([{"uuid":"a","published":"b","c":1]])", "cut off"},
        {"[{},]", "other than objects"},
        {"[,{}]", "other than objects"},
        {"[1]", "other than objects"},
        {"[{},[]]", "other than objects"},
        {R"([{},"a"])", "other than objects"},
        {"[{},null]", "other than objects"},
        {"[{}{}]", "no comma"},
        {"[{}}]", "no comma"},
        {"[{}][{}]", "follows"},
        {"[{}],", "follows"},
        {"[] []", "follows"},
        {"[{}] x", "follows"},
        {std::string("[{}]\0", 5), "follows"},
    };
    for (const auto& [page, reason] : pages) {
        const Sliced sliced(page);
        EXPECT_EQ(sliced.trouble.kind(), ErrorKind::transient) << page;
        EXPECT_THAT(sliced.trouble.what(), HasSubstr(reason)) << page;
        EXPECT_THAT(sliced.slices, IsEmpty()) << page;
    }
}

TEST(PageSlicer, EveryCutOffOfAPageIsAnError) {
    const std::string page = R"([{"uuid":"a","b":["c\"",{}]}, {"d":-1.5e3}])";
    for (std::size_t size = 0; size < page.size(); ++size)
        EXPECT_EQ(Sliced(page.substr(0, size)).trouble.kind(), ErrorKind::transient) << size;
}

TEST(PageSlicer, AnswersAreIndependentOfThePageBefore) {
    PageSlicer slicer;
    SampleEvents sample;
    Buffer large = Buffer::copy_of(sample.page(300));
    Buffer small = Buffer::copy_of("[{}]");
    Buffer broken = Buffer::copy_of("[{");

    EXPECT_THAT(slicer.slice(large).value(), SizeIs(300));
    EXPECT_FALSE(slicer.slice(broken));
    EXPECT_THAT(slicer.slice(small).value(), SizeIs(1));
}

TEST(PageSlicer, DeepNestingAndLongNumbersPass) {
    const std::string deep = R"({"a":)" + std::string(10'000, '[') + std::string(10'000, ']') + '}';
    const std::string number = R"({"a":)" + std::string(300, '9') + '}';

    const Sliced sliced('[' + deep + ',' + number + ']');
    const Sliced beside_a_bad_one('[' + deep + ",{\"\xff\":1}]");

    EXPECT_THAT(sliced.events(), ElementsAre(deep, number));
    EXPECT_THAT(beside_a_bad_one.slices, SizeIs(2));
}

TEST(PageSlicer, PageOfCountlessEventsIsRefused) {
    const auto page_of = [](std::size_t events) {
        std::string page = "[{}";
        for (std::size_t i = 1; i < events; ++i) page += ",{}";
        return page + ']';
    };

    EXPECT_THAT(Sliced(page_of(most_events_taken)).slices, SizeIs(most_events_taken));
    EXPECT_EQ(Sliced(page_of(most_events_taken + 1)).trouble.what(), "the page holds more than 10000 events");
}

TEST(PageSlicer, GiantPagePasses) {
    const std::string giant = R"({"a":")" + std::string(20 * 1024 * 1024, 'x') + R"("})";

    const Sliced sliced('[' + giant + ",{}]");

    ASSERT_THAT(sliced.slices, SizeIs(2));
    EXPECT_EQ(sliced.slices[0].size, giant.size());
}

}  // namespace
}  // namespace oktail
