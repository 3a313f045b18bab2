#include "core/quote.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

TEST(Quote, NobodyForgesALine) { EXPECT_EQ(quote("a\n\"b\"\x1b[1m\\"), R"("a\x0a\"b\"\x1b[1m\\")"); }

TEST(Printable, LeavesWordsAsTheyAre) { EXPECT_EQ(printable("a \"b\" \\ ~"), "a \"b\" \\ ~"); }
TEST(Printable, NobodyForgesALine) { EXPECT_EQ(printable("a\nb\x1b[1m\x7f\xc3\xa4"), R"(a\x0ab\x1b[1m\x7f\xc3\xa4)"); }

TEST(Quote, IsCutAtItsLimit) {
    EXPECT_EQ(quote("abcdef", 6), R"("abcdef")");
    EXPECT_EQ(quote("abcdefg", 6), R"("abcdef"...)");
}

TEST(QuoteAnswer, KeepsWhatOktaSays) {
    for (const std::string said :
         {"The client secret supplied for a confidential client is invalid.",
          "Client Credentials requests to the Org Authorization Server must use the private_key_jwt "
          "token_endpoint_auth_method.",
          "https://evil.example/api/v1/logs", "oaehk3rZhbxTHCyOlNvdkZ8hQ", "123e4567-e89b-12d3-a456-426614174000", ""})
        EXPECT_EQ(quote_answer(said), quote(said));
}

TEST(QuoteAnswer, LeavesOutWordsThatMayBeOurSecret) {
    const std::string secret = "aB3-_9xYzQ7wErTyUiOpAsDfGhJkLzXcVbNm0987";
    const std::string left_out = "(" + std::to_string(secret.size()) + " characters)";

    EXPECT_EQ(quote_answer("you sent '" + secret + "', which is wrong"), "\"you sent '" + left_out + "', which is wrong\"");
    EXPECT_EQ(quote_answer(secret), "\"" + left_out + "\"");
    EXPECT_EQ(quote_answer("https://evil.example/?t=" + secret), "\"https://evil.example/?(42 characters)\"");
    EXPECT_EQ(quote_answer("Basic MG9hMWV4YW1wbGU6bmV3LXNlY3JldA+/abcdefgh="), "\"Basic (41 characters)\"");
}

TEST(QuoteAnswer, CutsNoSecretIntoAVisiblePiece) {
    EXPECT_EQ(quote_answer("see " + std::string(300, 'x') + " there", 24), "\"see (300 characters) the\"...");
}

}  // namespace
}  // namespace oktail
