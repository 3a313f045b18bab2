#include "format/cef_text.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

using namespace std::string_view_literals;

struct Case {
    std::string_view text;
    std::string_view header;
    std::string_view value;
};

std::string as_header(std::string_view text) {
    std::string to = "before ";
    put_cef_header(to, text);
    return to;
}

std::string as_value(std::string_view text) {
    std::string to = "before ";
    put_cef_value(to, text);
    return to;
}

TEST(CefText, EscapesWhatTheHeaderAndTheExtensionEachMust) {
    const Case cases[] = {
        {"", "", ""},
        {"plain text", "plain text", "plain text"},
        {"a|b", "a\\|b", "a|b"},
        {"a=b", "a=b", "a\\=b"},
        {"a\\b", "a\\\\b", "a\\\\b"},
        {"\\|", "\\\\\\|", "\\\\|"},
        {"\\=", "\\\\=", "\\\\\\="},
        {"\\n", "\\\\n", "\\\\n"},
        {"a\nb", "a b", "a\\nb"},
        {"a\rb", "a b", "a\\rb"},
        {"a\r\nb", "a  b", "a\\r\\nb"},
        {"a\tb", "a b", "a b"},
        {"\0\x01\x1f\x7f"sv, "    ", "    "},
        {"a\u0080b\u0085c\u009fd", "a b c d", "a b c d"},
        {"a\u2028b\u2029c", "a b c", "a b c"},
        {"\u00a0\u2027\u202a", "\u00a0\u2027\u202a", "\u00a0\u2027\u202a"},
        {"Zo\u00eb \u6f22 \U0001f600", "Zo\u00eb \u6f22 \U0001f600", "Zo\u00eb \u6f22 \U0001f600"},
        {"\"'<>&", "\"'<>&", "\"'<>&"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(as_header(one.text), "before " + std::string(one.header)) << one.text;
        EXPECT_EQ(as_value(one.text), "before " + std::string(one.value)) << one.text;
    }
}

TEST(CefText, CutsBetweenCharacters) {
    EXPECT_EQ(cut_text("abc", 3), "abc");
    EXPECT_EQ(cut_text("abc", 2), "ab");
    EXPECT_EQ(cut_text("abc", 0), "");
    EXPECT_EQ(cut_text("", 0), "");
    EXPECT_EQ(cut_text("a\u00eb", 3), "a\u00eb");
    EXPECT_EQ(cut_text("a\u00eb", 2), "a");
    EXPECT_EQ(cut_text("\u6f22\u6f22", 5), "\u6f22");
    EXPECT_EQ(cut_text("\U0001f600", 3), "");
    EXPECT_EQ(cut_text("x\U0001f600y", 5), "x\U0001f600");
}

}  // namespace
}  // namespace oktail
