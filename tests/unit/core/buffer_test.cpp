#include <oktail/core/buffer.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace oktail {
namespace {

bool is_padded(const Buffer& buffer) {
    const std::string_view behind(buffer.data() + buffer.capacity(), Buffer::padding);
    return behind == std::string(Buffer::padding, '\0');
}

TEST(Buffer, GrowsWithItsContent) {
    Buffer buffer = Buffer::copy_of("content");
    buffer.reserve(8 << 20);

    EXPECT_EQ(buffer.view(), "content");
    EXPECT_GE(buffer.capacity(), 8U << 20);
    EXPECT_TRUE(is_padded(buffer));
}

TEST(Buffer, NeverShrinksByReserve) {
    Buffer buffer(100);
    const char* const there = buffer.data();
    buffer.reserve(10);

    EXPECT_EQ(buffer.capacity(), 100U);
    EXPECT_EQ(buffer.data(), there);
}

TEST(Buffer, ShrinksToItsContent) {
    Buffer buffer(1 << 20);
    std::memcpy(buffer.data(), "content", 7);
    buffer.resize(7);
    buffer.shrink_to_fit();

    EXPECT_EQ(buffer.view(), "content");
    EXPECT_EQ(buffer.capacity(), 7U);
    EXPECT_TRUE(is_padded(buffer));
}

TEST(Buffer, AnEmptyOneIsPaddedToo) {
    const Buffer buffer(0);

    EXPECT_TRUE(buffer.view().empty());
    EXPECT_TRUE(is_padded(buffer));
}

}  // namespace
}  // namespace oktail
