#include "sink/syslog/relp.hpp"

#include "support/case_name.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace oktail {
namespace {

std::string frame(std::uint32_t transaction, std::string_view command, std::string_view data) {
    std::string out;
    put_relp_frame(out, transaction, command, data);
    return out;
}

TEST(Relp, FramesSayHowMuchDataFollows) {
    EXPECT_EQ(frame(1, "open", "relp_version=0"), "1 open 14 relp_version=0\n");
    EXPECT_EQ(frame(last_relp_transaction, "syslog", "a\nb "), "999999999 syslog 4 a\nb \n");
}

TEST(Relp, AFrameWithoutDataHasNoSpaceBehindItsLength) { EXPECT_EQ(frame(2, "close", ""), "2 close 0\n"); }

TEST(Relp, AFrameGoesBehindWhatIsThere) {
    std::string out = "1 a 0\n";

    put_relp_frame(out, 2, "b", "x");

    EXPECT_EQ(out, "1 a 0\n2 b 1 x\n");
}

TEST(Relp, TransactionsBeginAgainAtOneBecauseZeroIsTheReceivers) {
    EXPECT_EQ(behind(1), 2u);
    EXPECT_EQ(behind(last_relp_transaction - 1), last_relp_transaction);
    EXPECT_EQ(behind(last_relp_transaction), 1u);
}

RelpFrame answer(std::string data) {
    RelpFrame frame;
    frame.data = std::move(data);
    return frame;
}

TEST(Relp, AnswersBeginWithACode) {
    EXPECT_EQ(answer("200 OK").code(), 200);
    EXPECT_EQ(answer("200").code(), 200);
    EXPECT_EQ(answer("500 no room\nmore").code(), 500);
    EXPECT_EQ(answer("007").code(), 7);
    for (const char* none : {"", "20", "OK", "2x0 OK", "20x", " 200 OK", "-20", "2\n0"})
        EXPECT_EQ(answer(none).code(), 0) << none;
}

TEST(Relp, TheTextIsTheRestOfTheFirstLine) {
    EXPECT_EQ(answer("200 OK").text(), "OK");
    EXPECT_EQ(answer("500 no room\nmore").text(), "no room");
    EXPECT_EQ(answer("200 \nmore").text(), "");
    for (const char* none : {"", "200", "200 ", "200\nmore", "\n"}) EXPECT_EQ(answer(none).text(), "") << none;
}

/// What a reader makes of the bytes when they come in pieces of this size: "transaction command {data}" for each frame, and how
/// it ends: "" (more bytes are needed) or what is wrong.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
    RelpReader reader;
    std::vector<std::string> out;
    for (;;) {
        const auto next = reader.next();
        if (!next) {
            out.push_back(next.error().what());
            return out;
        }
        if (*next) {
            out.push_back(std::to_string((*next)->transaction) + ' ' + (*next)->command + " {" + (*next)->data + '}');
            continue;
        }
        if (bytes.empty()) break;
        reader.feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    out.emplace_back();
    return out;
}

struct Reading {
    std::string bytes;
    std::vector<std::string> frames;
};

std::string name_of(const testing::TestParamInfo<Reading>& info) { return case_name(info.index, info.param.bytes); }

class RelpReads : public testing::TestWithParam<Reading> {};

TEST_P(RelpReads, TheSameFramesHoweverTheBytesAreSplit) {
    const auto& [bytes, frames] = GetParam();
    for (std::size_t piece = 1; piece <= std::min<std::size_t>(bytes.size(), 200) + 1; ++piece)
        EXPECT_EQ(read(bytes, piece), frames) << "in pieces of " << piece;
    EXPECT_EQ(read(bytes, bytes.size() + 1), frames) << "in one piece";
}

const std::string longest_command(32, 'c');
const std::string most_data(RelpReader::most_data, 'x');

INSTANTIATE_TEST_SUITE_P(
    Whole, RelpReads,
    testing::Values(
        Reading{"", {""}}, Reading{"1 rsp 6 200 OK\n", {"1 rsp {200 OK}", ""}},
        Reading{"1 rsp 6 200 OK\n2 rsp 3 500\n3 rsp 6 200 OK\n", {"1 rsp {200 OK}", "2 rsp {500}", "3 rsp {200 OK}", ""}},
        Reading{"1 rsp 11 200 OK\na\nb\n\n", {"1 rsp {200 OK\na\nb\n}", ""}}, Reading{"1 rsp 2  \n\n", {"1 rsp { \n}", ""}},
        Reading{"999999999 rsp 1 x\n", {"999999999 rsp {x}", ""}}, Reading{"0 hint 0\n", {"0 hint {}", ""}},
        Reading{"000000001 rsp 000000001 x\n", {"1 rsp {x}", ""}}, Reading{"1 Rsp 0\n", {"1 Rsp {}", ""}},
        Reading{"1 " + longest_command + " 0\n", {"1 " + longest_command + " {}", ""}},
        Reading{"0 serverclose 0\n", {"0 serverclose {}", ""}}, Reading{"0 serverclose 0 \n", {"0 serverclose {}", ""}},
        Reading{"1 rsp 6 200 OK\n0 serverclose 0 \n", {"1 rsp {200 OK}", "0 serverclose {}", ""}},
        Reading{"0 serverclose 0 \n1 rsp 1 x\n", {"0 serverclose {}", "1 rsp {x}", ""}},
        Reading{"1 rsp 65536 " + most_data + '\n', {"1 rsp {" + most_data + '}', ""}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Unfinished, RelpReads,
                         testing::Values(Reading{"1", {""}}, Reading{"999999999", {""}}, Reading{"1 ", {""}},
                                         Reading{"1 rsp", {""}}, Reading{"1 rsp ", {""}}, Reading{"1 rsp 0", {""}},
                                         Reading{"1 rsp 0 ", {""}}, Reading{"1 rsp 2 ab", {""}},
                                         Reading{"1 rsp 6 200 OK\n2 rsp 6 200", {"1 rsp {200 OK}", ""}}),
                         name_of);

/// The first frame that is none ends it all; the text of the trouble depends on how much of it has come.
class RelpRefuses : public testing::TestWithParam<Reading> {};

TEST_P(RelpRefuses, WhatIsNoRelpForGoodAndHoweverItIsSplit) {
    const auto& [bytes, frames] = GetParam();
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        auto result = read(bytes + "1 rsp 6 200 OK\n", piece);

        EXPECT_EQ(result.back().substr(0, 23), "it does not speak RELP:") << "in pieces of " << piece;

        result.pop_back();
        EXPECT_EQ(result, frames) << "in pieces of " << piece;
    }
}

INSTANTIATE_TEST_SUITE_P(Numbers, RelpRefuses,
                         testing::Values(Reading{"1234567890 rsp 0\n", {}}, Reading{"0000000001 rsp 0\n", {}},
                                         Reading{"1 rsp 1234567890", {}}, Reading{"1 rsp 0000000000\n", {}},
                                         Reading{"-1 rsp 0\n", {}}, Reading{"+1 rsp 0\n", {}}, Reading{"1 rsp -1 x\n", {}},
                                         Reading{"1x rsp 0\n", {}}, Reading{" 1 rsp 0\n", {}}, Reading{"1 rsp 65537 ", {}},
                                         Reading{"1 rsp 999999999 ", {}}, Reading{"1\nrsp 0\n", {}}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Commands, RelpRefuses,
                         testing::Values(Reading{"1 " + longest_command + "c 0\n", {}}, Reading{"1  rsp 0\n", {}},
                                         Reading{"1 rsp  0\n", {}}, Reading{"1 rs-p 0\n", {}}, Reading{"1 rsp\n", {}},
                                         Reading{"1 2 0\n", {}}, Reading{"1 rsp1 0\n", {}}, Reading{"1 rsp\t0\n", {}}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Ends, RelpRefuses,
                         testing::Values(Reading{"1 rsp 2 abc\n", {}}, Reading{"1 rsp 2 ab\r\n", {}},
                                         Reading{"1 rsp 2 ab ", {}}, Reading{"1 rsp 2\nab\n", {}}, Reading{"1 rsp 2x", {}},
                                         Reading{"1 rsp 0x", {}}, Reading{"1 rsp 0\r\n", {}},
                                         Reading{"0 serverclose 0  \n", {}}, Reading{"0 serverclose 0 x", {}},
                                         Reading{"1 rsp 2 ab\n2 rsp 2 abc\n", {"1 rsp {ab}"}}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Others, RelpRefuses,
                         testing::Values(Reading{"HTTP/1.1 400 Bad Request\r\n", {}}, Reading{"\n", {}},
                                         Reading{"220 mail ESMTP\r\n", {}}, Reading{"SSH-2.0\r\n", {}},
                                         Reading{std::string("\x15\x03\x01\0\x02", 5), {}}, Reading{std::string(100, '\0'), {}},
                                         Reading{"1 rsp 1 x\n\n", {"1 rsp {x}"}}),
                         name_of);

TEST(Relp, WhatIsNoRelpIsQuotedAndCut) {
    RelpReader reader;

    reader.feed("\x1b[2J" + std::string(100, 'x'));
    const auto next = reader.next();

    EXPECT_EQ(next.error().kind(), ErrorKind::transient);
    EXPECT_EQ(next.error().what().substr(0, 34), R"(it does not speak RELP: "\x1b[2Jxx)");
    EXPECT_LT(next.error().what().size(), 120u);
}

TEST(Relp, AnErrorStays) {
    RelpReader reader;
    reader.feed("x");
    ASSERT_TRUE(reader.next().has_error());

    reader.feed("\n1 rsp 6 200 OK\n");

    EXPECT_TRUE(reader.next().has_error());
    EXPECT_TRUE(reader.next().has_error());
}

}  // namespace
}  // namespace oktail
