#include <oktail/core/secret.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// What arrays of this program hold when they are given back, while a test wants to know.
std::optional<std::string>* given_back = nullptr;
constexpr std::size_t watched_size = 77;

}  // namespace

void* operator new[](std::size_t size) {
    void* const bytes = std::malloc(size);
    if (!bytes) throw std::bad_alloc();
    return bytes;
}
void operator delete[](void* bytes) noexcept {
    // Only arrays of this size are looked at, and there are none but the test's own.
    if (given_back && bytes) given_back->emplace(static_cast<const char*>(bytes), watched_size);
    std::free(bytes);
}
void operator delete[](void* bytes, std::size_t) noexcept { operator delete[](bytes); }

namespace oktail {
namespace {

const std::string text(watched_size, 's');
const std::string wiped(watched_size, '\0');

class SecretTest : public testing::Test {
protected:
    template <class Step>
    static std::optional<std::string> freed_by(Step step) {
        std::optional<std::string> freed;
        given_back = &freed;
        step();
        given_back = nullptr;
        return freed;
    }
};

TEST_F(SecretTest, IsWipedWhenItGoes) {
    auto secret = std::make_unique<Secret>(text);
    EXPECT_EQ(freed_by([&] { secret.reset(); }), wiped);
}

TEST_F(SecretTest, IsWipedWhenAnotherTakesItsPlace) {
    Secret secret(text);
    Secret other("other");
    EXPECT_EQ(freed_by([&] { secret = std::move(other); }), wiped);
    EXPECT_EQ(secret.reveal(), "other");
}

TEST_F(SecretTest, MovingLeavesNothingBehind) {
    Secret secret(text);
    EXPECT_EQ(freed_by([&] {
                  Secret moved(std::move(secret));
                  EXPECT_TRUE(secret.empty());
                  EXPECT_EQ(moved.reveal(), text);
                  secret = std::move(moved);
              }),
              std::nullopt);
    EXPECT_EQ(secret.reveal(), text);
}

TEST_F(SecretTest, GrowingListMovesItsSecrets) {
    std::vector<Secret> secrets;
    secrets.emplace_back(text);
    EXPECT_EQ(freed_by([&] { secrets.reserve(100); }), std::nullopt);
    EXPECT_EQ(secrets[0].reveal(), text);
}

TEST_F(SecretTest, PartsAreJoinedWithoutACopyOnTheWay) {
    const std::string half(40, 's');
    Secret whole;
    EXPECT_EQ(freed_by([&] { whole = Secret::joined({half, std::string_view(half).substr(3)}); }), std::nullopt);
    EXPECT_EQ(whole.reveal(), text);
}

TEST_F(SecretTest, ComparesByContent) {
    EXPECT_TRUE(Secret("abc") == Secret("abc"));
    EXPECT_FALSE(Secret("abc") == Secret("abd"));
    EXPECT_FALSE(Secret("abc") == Secret("abcd"));
    EXPECT_TRUE(Secret() == Secret(""));
}

}  // namespace
}  // namespace oktail
