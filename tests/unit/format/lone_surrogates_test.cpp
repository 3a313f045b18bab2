#include "format/lone_surrogates.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(LoneSurrogates, NothingToMend) {
    for (const char* json : {"", "{}", R"("\ud83d\ude00")", R"("\\ud83d")", R"("\\\\ude00")", R"("\ufffd\u0041")", R"("\ud83")",
                             R"("\ud8")", R"("\u)", R"("\)", R"("\u00zz")", R"("\\)"})
        EXPECT_EQ(without_lone_surrogates(json), std::nullopt) << json;
}

TEST(LoneSurrogates, HalvesBecomeTheReplacementCharacter) {
    EXPECT_EQ(without_lone_surrogates(R"("\ud83d")"), R"("\ufffd")");
    EXPECT_EQ(without_lone_surrogates(R"("a\uDE00b")"), R"("a\ufffdb")");
    EXPECT_EQ(without_lone_surrogates(R"("\ud83dx\ude00")"), R"("\ufffdx\ufffd")");
    EXPECT_EQ(without_lone_surrogates(R"("\ud83d\ud83d\ude00\ude00")"), R"("\ufffd\ud83d\ude00\ufffd")");
    EXPECT_EQ(without_lone_surrogates(R"("\\\ud83d\\ud83d")"), R"("\\\ufffd\\ud83d")");
    EXPECT_EQ(without_lone_surrogates(R"("\ud83d\n")"), R"("\ufffd\n")");
}

}  // namespace
}  // namespace oktail
