#include "model/event_fields.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(EventFields, FindsTheEventsOwnField) {
    EXPECT_EQ(event_type(R"({"eventType":"user.session.start"})"), "user.session.start");
    EXPECT_EQ(event_type(R"( { "actor" : {"id":"x"} , "eventType" : "a.b" } )"), "a.b");
    EXPECT_EQ(event_type(R"({"target":[{"eventType":"no"}],"a":[["eventType"]],"eventType":"yes"})"), "yes");
}

TEST(EventFields, ValueThatReadsLikeTheNameIsNoField) {
    EXPECT_EQ(event_type(R"({"displayMessage":"eventType","eventType":"yes"})"), "yes");
    EXPECT_EQ(event_type(R"({"displayMessage":"eventType"})"), "");
}

TEST(EventFields, FirstOfRepeatedFieldsCounts) { EXPECT_EQ(event_type(R"({"eventType":"1","eventType":"2"})"), "1"); }

TEST(EventFields, QuotesAndBracesInStringsAreText) {
    EXPECT_EQ(event_type(R"({"a":"\"}{[","b\\":"\\","eventType":"yes"})"), "yes");
    EXPECT_EQ(event_type(R"({"a\"eventType":"no","eventType":"a\"b"})"), R"(a\"b)");
}

TEST(EventFields, NothingThereIsEmpty) {
    for (const char* event :
         {"", "{}", "[]", R"({"eventType":null})", R"({"eventType":7})", R"({"eventType":{"a":"b"}})", R"({"eventType")",
          R"({"eventType":)", R"({"eventType":"open)", R"({"eventTyp)", R"({"a":{"eventType":"x"}})"})
        EXPECT_EQ(event_type(event), "") << event;
}

}  // namespace
}  // namespace oktail
