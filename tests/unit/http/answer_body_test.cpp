#include "http/answer_body.hpp"
#include "compression/gzip_error.hpp"

#include <oktail/http/http_client.hpp>

#include "http/http_error.hpp"
#include "support/gzip.hpp"

#include <gtest/gtest.h>

#include <string>

namespace oktail {
namespace {

using boost::system::error_code;
using Encoding = AnswerBody::Encoding;

constexpr std::size_t mib = 1024 * 1024;

/// Events differ, and so do their compressed bytes.
std::string some_page(std::size_t size) {
    std::string text = "[";
    for (unsigned i = 0; text.size() < size; ++i)
        text += "{\"uuid\":\"" + std::to_string(i * 2'654'435'761U) + "\",\"eventType\":\"user.session.start\"},";
    text.back() = ']';
    return text;
}

struct Outcome {
    error_code error;
    std::string content;
};

Outcome read(std::string_view wire, std::size_t piece, std::size_t max = 64 * mib, Encoding encoding = Encoding::gzip) {
    AnswerBody body(encoding, wire.size(), max, {});
    for (std::size_t at = 0; at < wire.size(); at += piece)
        if (const auto ec = body.append(wire.substr(at, piece))) return {ec, ""};
    if (const auto ec = body.finish()) return {ec, ""};
    EXPECT_EQ(body.wire_bytes(), wire.size());
    return {{}, std::string(body.take_content().view())};
}

TEST(AnswerBody, InflatesWhateverThePieces) {
    const std::string page = some_page(200'000);
    const std::string wire = gzip(page);

    for (const std::size_t piece : {std::size_t(1), std::size_t(2), std::size_t(7), std::size_t(4096), wire.size()}) {
        const Outcome outcome = read(wire, piece);
        EXPECT_EQ(outcome.error, error_code());
        EXPECT_TRUE(outcome.content == page) << piece;
    }
}

TEST(AnswerBody, AllMembersCount) {
    const std::string wire = gzip("[1,") + gzip("") + gzip("2]");

    EXPECT_EQ(read(wire, wire.size()).content, "[1,2]");
    EXPECT_EQ(read(wire, 1).content, "[1,2]");
}

TEST(AnswerBody, EveryTruncationIsNoticed) {
    const std::string wire = gzip(some_page(3'000));

    for (std::size_t length = 1; length < wire.size(); ++length)
        EXPECT_EQ(read(std::string_view(wire).substr(0, length), 512).error, GzipError::truncated) << length;
}

TEST(AnswerBody, TruncatedSecondMemberIsNoticed) {
    const std::string first = gzip("[1,");
    const std::string wire = first + gzip("2]");

    for (std::size_t length = first.size() + 1; length < wire.size(); ++length)
        EXPECT_EQ(read(std::string_view(wire).substr(0, length), 64).error, GzipError::truncated) << length;
}

TEST(AnswerBody, TrailingGarbageIsDamage) {
    EXPECT_EQ(read(gzip("[]") + "x", 64).error, GzipError::truncated);  // might have become a member
    EXPECT_EQ(read(gzip("[]") + std::string(16, 'x'), 64).error, GzipError::damaged);
    EXPECT_EQ(read(gzip("[]") + std::string(16, '\0'), 1).error, GzipError::damaged);
}

TEST(AnswerBody, NoFlippedBitChangesTheContentUnnoticed) {
    const std::string page = some_page(2'000);
    const std::string wire = gzip(page);
    constexpr std::size_t head_without_checksum = 10;  // of the gzip head, only magic, method and flags mean anything

    for (std::size_t bit = head_without_checksum * 8; bit < wire.size() * 8; ++bit) {
        std::string flipped = wire;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        const Outcome outcome = read(flipped, 333);
        EXPECT_TRUE(outcome.error || outcome.content == page) << bit;
    }
}

TEST(AnswerBody, PlainTextUnderTheNameOfGzipIsDamage) { EXPECT_EQ(read("[{\"uuid\":\"1\"}]", 5).error, GzipError::damaged); }

TEST(AnswerBody, EmptyGzipBodyIsEmpty) {
    const Outcome outcome = read("", 1);
    EXPECT_EQ(outcome.error, error_code());
    EXPECT_EQ(outcome.content, "");
}

TEST(AnswerBody, BombIsDefusedByItsRatio) {
    const std::string wire = gzip(std::string(32 * mib, ' '));
    ASSERT_LT(wire.size(), 32 * mib / Inflater::max_ratio);

    EXPECT_EQ(read(wire, 16 * 1024).error, GzipError::bomb);
}

TEST(AnswerBody, HighRatioBelowOneMebibyteIsFine) {
    const std::string spaces(900'000, ' ');
    EXPECT_TRUE(read(gzip(spaces), 100).content == spaces);
}

TEST(AnswerBody, MaximumIsExact) {
    const std::string page = some_page(100'000);
    const std::string wire = gzip(page);

    EXPECT_TRUE(read(wire, 4096, page.size()).content == page);
    EXPECT_EQ(read(wire, 4096, page.size() - 1).error, HttpError::body_too_large);
    EXPECT_TRUE(read(page, 4096, page.size(), Encoding::identity).content == page);
    EXPECT_EQ(read(page, 4096, page.size() - 1, Encoding::identity).error, HttpError::body_too_large);
}

TEST(AnswerBody, LengthUnknownGrowsToo) {
    const std::string page = some_page(700'000);
    AnswerBody body(Encoding::gzip, std::nullopt, 64 * mib, {});

    EXPECT_EQ(body.append(gzip(page)), error_code());
    EXPECT_EQ(body.finish(), error_code());

    EXPECT_TRUE(body.take_content().view() == page);
}

TEST(AnswerBody, MoreThanTheBudgetGrantsIsGivenUp) {
    ByteBudget budget(100'000);
    const auto others = budget.try_reserve(50'000);
    AnswerBody body(Encoding::gzip, std::nullopt, 64 * mib, budget.try_reserve(40'000));

    EXPECT_EQ(body.append(gzip(some_page(200'000))), out_of_memory_budget());
}

TEST(AnswerBody, KeepsOfItsMemoryWhatTheContentNeeds) {
    ByteBudget budget(8 * mib);
    AnswerBody body(Encoding::identity, std::nullopt, 64 * mib, budget.try_reserve(4 * mib));
    ASSERT_EQ(body.append("[]"), error_code());
    ASSERT_EQ(body.finish(), error_code());

    const Buffer content = body.take_content();
    const auto memory = body.take_memory();

    EXPECT_EQ(content.view(), "[]");
    EXPECT_EQ(memory.bytes(), 2u);
    EXPECT_EQ(budget.used(), 2u);
}

TEST(AnswerBody, ReservesForWhatIsAnnouncedAndNoMoreThanForAPage) {
    EXPECT_EQ(AnswerBody::memory_needed(2, 64 * mib), mib / 64);
    EXPECT_EQ(AnswerBody::memory_needed(std::nullopt, 64 * mib), mib / 4);
    EXPECT_EQ(AnswerBody::memory_needed(mib / 4, 64 * mib), 2 * mib + 1);
    EXPECT_EQ(AnswerBody::memory_needed(std::uint64_t(1) << 62, 64 * mib), 4 * mib);
    EXPECT_EQ(AnswerBody::memory_needed(std::nullopt, 1000), 1001u);
}

TEST(AnswerBody, AnnouncedBytesTakeNoMemoryBeforeTheyCome) {
    ByteBudget budget(64 * mib);
    AnswerBody body(AnswerBody::Encoding::identity, 60 * mib, 64 * mib, budget.try_reserve(4 * mib));
    const std::string piece(mib, 'x');

    for (int i = 0; i < 4; ++i) EXPECT_FALSE(body.append(piece));
    EXPECT_EQ(budget.used(), 4 * mib);
    for (int i = 4; i < 20; ++i) EXPECT_FALSE(body.append(piece));

    EXPECT_GE(budget.used(), 20 * mib);
}

}  // namespace
}  // namespace oktail
