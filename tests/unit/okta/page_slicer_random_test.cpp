#include "okta/page_slicer.hpp"
#include "support/sample_page.hpp"

#include <boost/json/parse.hpp>

#include <gtest/gtest.h>

#include <string>

namespace oktail {
namespace {

namespace json = boost::json;

/// Pages of small events with whatever JSON allows, and what happens to them on a bad day.
class Pages {
public:
    explicit Pages(std::uint64_t seed) : random_(seed) {}

    std::string page() {
        std::string out = space() + '[' + space();
        const std::uint64_t events = random_.below(5);
        for (std::uint64_t i = 0; i < events; ++i) out += (i == 0 ? "" : ",") + space() + object(3) + space();
        return out + ']' + space();
    }
    std::string mutated(std::string page) {
        for (std::uint64_t i = random_.below(3) + 1; i != 0 && !page.empty(); --i) {
            const std::size_t at = random_.below(page.size());
            constexpr std::string_view bytes = "{}[],:\"\\ \n0tx\xff\x80";
            switch (random_.below(4)) {
                case 0: page[at] = bytes[random_.below(bytes.size())]; break;
                case 1: page.erase(at, random_.below(4)); break;
                case 2: page.insert(at, 1, bytes[random_.below(bytes.size())]); break;
                default: page.resize(at);
            }
        }
        return page;
    }

private:
    std::string one_of(std::initializer_list<std::string_view> choices) {
        return std::string(choices.begin()[random_.below(choices.size())]);
    }
    std::string space() { return one_of({"", "", "", " ", "\n", "\r\n", "\t  "}); }
    std::string string() {
        return '"' +
               one_of({"", "uuid", "published", "a", "\\\"", "\\\\", "{", "]}", "ü", "\\u00e9", "\\ud83d\\ude00", ",", ":"}) +
               '"';
    }
    std::string value(int depth) {
        switch (random_.below(depth == 0 ? 3 : 5)) {
            case 0: return string();
            case 1: return one_of({"0", "-1", "1.5e-3", "123456789012345678901234567890"});
            case 2: return one_of({"true", "false", "null", "{}", "[]"});
            case 3: return object(depth - 1);
            default: return array(depth - 1);
        }
    }
    std::string object(int depth) {
        std::string out = "{" + space();
        const std::uint64_t fields = random_.below(4);
        for (std::uint64_t i = 0; i < fields; ++i)
            out += (i == 0 ? "" : ",") + space() + string() + space() + ':' + space() + value(depth) + space();
        return out + '}';
    }
    std::string array(int depth) {
        std::string out = "[" + space();
        const std::uint64_t values = random_.below(4);
        for (std::uint64_t i = 0; i < values; ++i) out += (i == 0 ? "" : ",") + space() + value(depth) + space();
        return out + ']';
    }

    SampleEvents random_;
};

bool is_array_of_objects(const json::value& value) {
    if (!value.is_array()) return false;
    for (const json::value& element : value.get_array())
        if (!element.is_object()) return false;
    return true;
}

/// What an independent parser takes for an array of objects is cut into just those; whatever else, slices are objects in order.
void check(PageSlicer& slicer, const std::string& page, std::size_t& accepted) {
    Buffer body = Buffer::copy_of(page);
    const auto slices = slicer.slice(body);

    json::error_code trouble;
    const json::value expected = json::parse(page, trouble);
    if (!trouble && is_array_of_objects(expected)) {
        ++accepted;
        ASSERT_TRUE(slices) << page << slices.error().what();
        ASSERT_EQ(slices->size(), expected.get_array().size()) << page;
        for (std::size_t i = 0; i < slices->size(); ++i) {
            const std::string_view event = body.view().substr((*slices)[i].offset, (*slices)[i].size);
            EXPECT_EQ(json::parse(event), expected.get_array()[i]) << page;
            EXPECT_EQ(event.find_first_of("\r\n"), std::string_view::npos) << page;
            EXPECT_TRUE((*slices)[i].well_formed) << page;
        }
    }
    if (!slices) return;
    std::size_t end = 0;
    for (const EventSlice& slice : *slices) {
        ASSERT_GE(slice.offset, end) << page;
        end = slice.offset + slice.size;
        ASSERT_LE(end, page.size()) << page;
        EXPECT_EQ(body.view()[slice.offset], '{') << page;
        EXPECT_EQ(body.view()[end - 1], '}') << page;
    }
}

TEST(PageSlicerRandom, WhatAParserAcceptsIsCutTheSame) {
    Pages pages(20260105);
    PageSlicer slicer;
    std::size_t accepted = 0;
    for (int i = 0; i < 3'000; ++i) check(slicer, pages.page(), accepted);
    EXPECT_EQ(accepted, 3'000u);
}

TEST(PageSlicerRandom, SpoiltPagesAreCutTheSameOrRefused) {
    Pages pages(7);
    PageSlicer slicer;
    std::size_t accepted = 0;
    for (int i = 0; i < 5'000; ++i) check(slicer, pages.mutated(pages.page()), accepted);
    EXPECT_GT(accepted, 300u);
}

TEST(PageSlicerRandom, RealisticPagesAreCutTheSame) {
    SampleEvents sample(3);
    PageSlicer slicer;
    std::size_t accepted = 0;
    for (int i = 0; i < 20; ++i) check(slicer, sample.page(50), accepted);
    EXPECT_EQ(accepted, 20u);
}

}  // namespace
}  // namespace oktail
