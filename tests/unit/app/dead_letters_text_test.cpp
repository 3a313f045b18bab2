#include "app/dead_letters_text.hpp"
#include "route/dead_letter.hpp"

#include <gtest/gtest.h>

namespace oktail {
namespace {

UtcTime at(int ms) { return UtcTime(std::chrono::milliseconds(ms)); }

DeadLettersSummary some_letters() {
    DeadLettersSummary summary(RouteId("acme", "siem"));
    summary.add(dead_letter_line(DeadLetter(at(2'000), "too large", "{}")) +
                dead_letter_line(DeadLetter(at(1'000), "too large", "{}")));
    summary.add(dead_letter_line(DeadLetter(at(3'000), "not JSON", "}")) + "torn");
    return summary;
}

TEST(DeadLettersText, SummaryCountsByReason) {
    const DeadLettersSummary summary = some_letters();

    EXPECT_EQ(summary.letters, 3U);
    EXPECT_EQ(summary.torn, 1U);
    EXPECT_EQ(summary.oldest, at(1'000));
    EXPECT_EQ(summary.newest, at(3'000));
    EXPECT_EQ(summary.reasons, (std::map<std::string, std::size_t>{{"too large", 2}, {"not JSON", 1}}));
}

TEST(DeadLettersText, TableHasALineForEachRoute) {
    EXPECT_EQ(dead_letters_table({}), "no dead letters\n");
    EXPECT_EQ(dead_letters_table({some_letters()}),
              "TENANT  SINK  LETTERS  BYTES  OLDEST                    NEWEST                    REASON\n"
              "acme    siem  3        212    1970-01-01T00:00:01.000Z  1970-01-01T00:00:03.000Z  too large (and 1 other)\n");
}

TEST(DeadLettersText, JsonHasEveryReason) {
    EXPECT_EQ(dead_letters_json({}), "[]");
    EXPECT_EQ(dead_letters_json({some_letters()}),
              R"([{"tenant":"acme","sink":"siem","letters":3,"torn":1,"bytes":212,"oldest":"1970-01-01T00:00:01.000Z",)"
              R"("newest":"1970-01-01T00:00:03.000Z","reasons":{"not JSON":1,"too large":2}}])");
    EXPECT_NE(dead_letters_json({DeadLettersSummary(RouteId("acme", "siem"))}).find(R"("oldest":null)"), std::string::npos);
}

TEST(DeadLettersText, ReplaySaysWhyItEnded) {
    Replayed replayed;
    replayed.delivered = 3;
    replayed.refused = 1;
    EXPECT_EQ(replayed_text(RouteId("acme", "siem"), replayed), "acme/siem: 3 delivered, 1 refused again\n");

    replayed.ended = Error(ErrorKind::transient, "no space");
    EXPECT_EQ(replayed_text(RouteId("acme", "siem"), replayed),
              "acme/siem: 3 delivered, 1 refused again; then it ended: no space\n");
}

}  // namespace
}  // namespace oktail
