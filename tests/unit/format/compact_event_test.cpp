#include "format/compact_event.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

namespace oktail {
namespace {

namespace json = boost::json;

/// What becomes of `event` when so many bytes too many are in it.
std::string less(std::string_view event, std::size_t by) { return compact_event(event, event.size() - by).value_or("nothing"); }

TEST(CompactEvent, WhatFitsStaysAsItIs) {
    for (const char* event : {"", "{}", "no JSON", R"({"debugContext":{"debugData":{"a":1}}})"})
        EXPECT_EQ(less(event, 0), event);
    EXPECT_EQ(compact_event("{}", std::string::npos), "{}");
}

TEST(CompactEvent, LargestEntriesGoFirst) {
    const char* event = R"({"uuid":"u","debugContext":{"debugData":{"a":"1","b":"333","c":"22"}},"version":"0"})";

    EXPECT_EQ(less(event, 1), R"({"uuid":"u","debugContext":{"debugData":{"a":"1","c":"22"}},"version":"0"})");
    EXPECT_EQ(less(event, 10), R"({"uuid":"u","debugContext":{"debugData":{"a":"1","c":"22"}},"version":"0"})");
    EXPECT_EQ(less(event, 11), R"({"uuid":"u","debugContext":{"debugData":{"a":"1"}},"version":"0"})");
    EXPECT_EQ(less(event, 19), R"({"uuid":"u","debugContext":{"debugData":{"a":"1"}},"version":"0"})");
    EXPECT_EQ(less(event, 20), R"({"uuid":"u","debugContext":{"debugData":{}},"version":"0"})");
    EXPECT_EQ(less(event, 26), R"({"uuid":"u","debugContext":{"debugData":{}},"version":"0"})");
    EXPECT_EQ(less(event, 27), "nothing");
}

TEST(CompactEvent, OfEqualEntriesTheFirstGoes) {
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"a":1,"b":2,"c":3}}})", 7),
              R"({"debugContext":{"debugData":{"c":3}}})" + std::string());
}

TEST(CompactEvent, EntriesMayBeAnything) {
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"a":{"x":[1,"}]"]},"b":1}}})", 1),
              R"({"debugContext":{"debugData":{"b":1}}})");
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"b":1,"a":[{"x":"\"]"},[]]}}})", 1),
              R"({"debugContext":{"debugData":{"b":1}}})");
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"b":1,"a":-1.5e10}}})", 1), R"({"debugContext":{"debugData":{"b":1}}})");
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"b":1,"a":null}}})", 1), R"({"debugContext":{"debugData":{"b":1}}})");
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"b":1,"a\"\\":"\\"}}})", 1), R"({"debugContext":{"debugData":{"b":1}}})");
}

TEST(CompactEvent, WhiteSpaceStaysWithItsNeighbours) {
    const char* event = R"( { "x" : [ ] , "debugContext" : { "debugData" : { "a" : 1 , "bb" : 2 , "c" : 3 } , "y" : 4 } } )";

    EXPECT_EQ(less(event, 1), R"( { "x" : [ ] , "debugContext" : { "debugData" : { "a" : 1 , "c" : 3 } , "y" : 4 } } )");
    EXPECT_EQ(less(event, 15), R"( { "x" : [ ] , "debugContext" : { "debugData" : { "c" : 3 } , "y" : 4 } } )");
    EXPECT_EQ(less(event, 22), R"( { "x" : [ ] , "debugContext" : { "debugData" : {  } , "y" : 4 } } )");
}

TEST(CompactEvent, OnlyTheEventsOwnDebugDataIsTouched) {
    const char* others[] = {
        R"({"debugData":{"a":"xxxxxxxxxx"}})",
        R"({"target":[{"debugContext":{"debugData":{"a":"xxxxxxxxxx"}}}]})",
        R"({"x":{"debugContext":{"debugData":{"a":"xxxxxxxxxx"}}}})",
        R"({"debugContext":{"other":{"debugData":{"a":"xxxxxxxxxx"}}}})",
        R"({"displayMessage":"\"debugContext\":{\"debugData\":{\"a\":\"xxxxxxxxxx\"}}"})",
        R"([{"debugContext":{"debugData":{"a":"xxxxxxxxxx"}}}])",
    };
    for (const char* event : others) EXPECT_EQ(less(event, 1), "nothing") << event;
}

TEST(CompactEvent, FirstOfRepeatedNamesCounts) {
    EXPECT_EQ(less(R"({"debugContext":{"debugData":{"a":1},"debugData":{"b":2}},"debugContext":{"debugData":{"c":3}}})", 1),
              R"({"debugContext":{"debugData":{},"debugData":{"b":2}},"debugContext":{"debugData":{"c":3}}})");
}

TEST(CompactEvent, NothingToLeaveOut) {
    const char* events[] = {"",
                            "{",
                            "{}",
                            "[]",
                            "null",
                            R"({"debugContext"})",
                            R"({"debugContext":})",
                            R"({"debugContext":null})",
                            R"({"debugContext":[]})",
                            R"({"debugContext":{}})",
                            R"({"debugContext":{"debugData":null}})",
                            R"({"debugContext":{"debugData":[{"a":1}]}})",
                            R"({"debugContext":{"debugData":{}}})",
                            R"({"debugContext":{"debugData":"{}"}})",
                            R"({"debugContext":{"debugData":{"a":1)",
                            R"({"debugContext":{"debugData":{"a":1,)",
                            R"({"debugContext":{"debugData":{"a":1,}}})",
                            R"({"debugContext":{"debugData":{"a" 1}}})",
                            R"({"debugContext":{"debugData":{"a":1 "b":2}}})",
                            R"({"debugContext":{"debugData":{"a":}}})",
                            R"({"debugContext":{"debugData":{a:1}}})",
                            R"({"debugContext":{"debugData":{"a":[1}})",
                            R"({"debugContext":{"debugData":{"a":"x)",
                            R"({"debugContext":{"debugData":{"a":"\)"};
    for (const char* event : events)
        EXPECT_EQ(compact_event(event, 0), event[0] ? std::nullopt : std::optional<std::string>("")) << event;
}

TEST(CompactEvent, ManyEntriesAndDeepOnesTakeNoTime) {
    std::string event = R"({"debugContext":{"debugData":{"deep":)" + std::string(200'000, '[') + std::string(200'000, ']');
    for (int i = 0; i < 100'000; ++i) event += ",\"" + std::to_string(i) + "\":\"\\\\\\\"\"";
    event += "}}}";

    EXPECT_EQ(compact_event(event, 40), R"({"debugContext":{"debugData":{}}})");
    EXPECT_LE(compact_event(event, 500'000).value().size(), 500'000u);
}

/// Cut off, or with bytes changed; in memory that ends where the text does, for the sanitizers.
void expect_no_harm(const std::string& text) {
    const std::vector<char> exact(text.begin(), text.end());
    const std::string_view event(exact.data(), exact.size());
    for (const std::size_t most : {std::size_t{0}, text.size() / 2, text.size()})
        EXPECT_LE(compact_event(event, most).value_or("").size(), most) << text;
}

TEST(CompactEvent, WhateverIsCutOffOrChangedDoesNoHarm) {
    const std::string event = R"({"x":[1,"\\"],"debugContext":{"debugData":{"a":"\"1","b":[{}],"c":{"d":null}}},"y":0})";
    for (std::size_t size = 0; size <= event.size(); ++size) expect_no_harm(event.substr(0, size));
    for (std::size_t at = 0; at < event.size(); ++at)
        for (const char c : std::string("\"\\{}[]:, x")) expect_no_harm(std::string(event).replace(at, 1, 1, c));
}

class RandomDebugData {
public:
    explicit RandomDebugData(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t end) { return random_() % end; }

    json::object event() {
        json::object data;
        for (std::size_t i = below(9); i != 0; --i) data.emplace(text(), value(3));
        return {
            {"uuid", text()}, {"debugContext", json::object{{"x", value(2)}, {"debugData", std::move(data)}}}, {"y", value(2)}};
    }

private:
    std::string text() {
        static const char* const pieces[] = {"a", "\"", "\\", "{",  "}",      "[",         "]",
                                             ",", ":",  " ",  "\n", "\u00eb", "debugData", "\\\""};
        std::string made;
        for (std::size_t i = below(8); i != 0; --i) made += pieces[below(std::size(pieces))];
        return made;
    }

    json::value value(int depth) {
        switch (below(depth == 0 ? 4 : 6)) {
            case 0: return nullptr;
            case 1: return static_cast<std::int64_t>(random_());
            case 2: return below(2) == 0;
            case 3: return json::string(text());
            case 4: {
                json::array list;
                for (std::size_t i = below(4); i != 0; --i) list.push_back(value(depth - 1));
                return list;
            }
            default: {
                json::object object;
                for (std::size_t i = below(4); i != 0; --i) object.emplace(text(), value(depth - 1));
                return object;
            }
        }
    }

    std::mt19937 random_;
};

std::size_t size_of_entry(const json::key_value_pair& entry) {
    return json::serialize(json::string(entry.key())).size() + json::serialize(entry.value()).size();
}

/// The slow way: take the largest away, write it all anew, look.
std::optional<std::string> compacted_slowly(json::object event, std::size_t most) {
    json::object& data = event["debugContext"].as_object()["debugData"].as_object();
    while (json::serialize(event).size() > most) {
        if (data.empty()) return std::nullopt;
        data.stable_erase(std::max_element(data.begin(), data.end(),
                                           [](const auto& a, const auto& b) { return size_of_entry(a) < size_of_entry(b); }));
    }
    return json::serialize(event);
}

TEST(CompactEvent, TenThousandRandomOnesAreAsIfWrittenAnew) {
    constexpr unsigned seed = 20'260'105;
    std::printf("seed %u\n", seed);
    RandomDebugData random(seed);

    for (int i = 0; i < 10'000; ++i) {
        const json::object event = random.event();
        const std::string text = json::serialize(event);
        const std::size_t most = random.below(text.size() + 2);

        ASSERT_EQ(compact_event(text, most), compacted_slowly(event, most)) << text << " in " << most;
    }
}

}  // namespace
}  // namespace oktail
