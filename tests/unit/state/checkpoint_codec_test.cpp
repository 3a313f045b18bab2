#include "state/checkpoint_codec.hpp"

#include "support/sample_checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

namespace oktail {
namespace {

using testing::HasSubstr;

/// The checksum bit by bit, as RFC 3720 appendix B.4 describes it.
std::uint32_t crc32c(std::string_view bytes) {
    std::uint32_t crc = ~0U;
    for (const char byte : bytes) {
        crc ^= static_cast<std::uint8_t>(byte);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    }
    return ~crc;
}

/// `bytes` without their checksum, with the right one for what is left.
std::string sealed(std::string bytes) {
    const std::uint32_t crc = crc32c(bytes);
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(crc >> shift));
    return bytes;
}
std::string unsealed(const Checkpoint& checkpoint) {
    const auto bytes = encode_checkpoint(checkpoint);
    return bytes.substr(0, bytes.size() - 4);
}

TEST(CheckpointCodec, ReadsWhatItWrote) {
    const auto checkpoint = sample_checkpoint(42, 1'000);

    const auto read = decode_checkpoint(encode_checkpoint(checkpoint));

    ASSERT_TRUE(read) << read.error().what();
    EXPECT_EQ(*read, checkpoint);
}

TEST(CheckpointCodec, AnEmptyCheckpointIsOne) {
    const auto read = decode_checkpoint(encode_checkpoint(Checkpoint()));

    ASSERT_TRUE(read) << read.error().what();
    EXPECT_EQ(*read, Checkpoint());
}

TEST(CheckpointCodec, IsCompact) { EXPECT_LT(encode_checkpoint(sample_checkpoint(42, 1'000)).size(), 16'200U); }

TEST(CheckpointCodec, EndsWithCrc32c) {
    EXPECT_EQ(crc32c("123456789"), 0xe3069283U);  // RFC 3720's customary check value
    EXPECT_EQ(sealed(unsealed(sample_checkpoint(42))), encode_checkpoint(sample_checkpoint(42)));
}

TEST(CheckpointCodec, EveryFlippedBitIsFound) {
    const auto bytes = encode_checkpoint(sample_checkpoint(42));
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));

        const auto read = decode_checkpoint(damaged);

        ASSERT_FALSE(read) << "bit " << bit;
        ASSERT_EQ(read.error().kind(), ErrorKind::fatal);
    }
}

TEST(CheckpointCodec, EveryOtherLengthIsFound) {
    const auto bytes = encode_checkpoint(sample_checkpoint(42));
    for (std::size_t size = 0; size < bytes.size(); ++size) ASSERT_FALSE(decode_checkpoint(bytes.substr(0, size))) << size;
    EXPECT_FALSE(decode_checkpoint(bytes + '\0'));
}

// From here on the checksum is right and the content is not.
TEST(CheckpointCodec, BelievesNoLength) {
    const auto body = unsealed(sample_checkpoint(42));
    for (std::size_t at = 1; at + 4 <= body.size(); ++at) {
        auto huge = body;
        huge.replace(at, 4, "\xff\xff\xff\xff");
        decode_checkpoint(sealed(huge));  // any answer will do: the sanitizers watch
    }
    auto origin = body;
    origin.replace(25, 4, "\xff\xff\xff\xff");

    const auto read = decode_checkpoint(sealed(origin));

    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().what(), HasSubstr("do not fit"));
}

TEST(CheckpointCodec, ShortAndLongBodiesAreRefused) {
    const auto body = unsealed(sample_checkpoint(42));
    for (std::size_t size = 1; size < body.size(); ++size)
        ASSERT_FALSE(decode_checkpoint(sealed(body.substr(0, size)))) << size;
    EXPECT_FALSE(decode_checkpoint(sealed(body + '\0')));
}

TEST(CheckpointCodec, ANewerVersionIsCalledThat) {
    auto body = unsealed(sample_checkpoint(42));
    body[0] = 2;

    const auto read = decode_checkpoint(sealed(body));

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind(), ErrorKind::fatal);
    EXPECT_THAT(read.error().what(), HasSubstr("version is 2; run the version of oktail that wrote it"));
}

}  // namespace
}  // namespace oktail
