#include "support/case_name.hpp"
#include "unit/simulator/okta_fixture.hpp"

#include <algorithm>
#include <map>
#include <ranges>

namespace oktail::simulator {
namespace {

using namespace std::chrono_literals;

class QueryTest : public FakeOktaTest {
protected:
    void SetUp() override { open(org_options(100)); }
};

struct Refused {
    const char* query;
    const char* code;
    std::uint64_t violations;
};

std::string name_of(const testing::TestParamInfo<Refused>& info) { return case_name(info.index, info.param.query); }

class RefusedQueryTest : public FakeOktaTest, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedQueryTest, IsAnsweredAsOktaWould) {
    open(org_options());

    const Answer answer = get(std::string("/api/v1/logs?") + GetParam().query);

    EXPECT_GE(answer.status, 400U);
    EXPECT_EQ(code(answer), GetParam().code);
    EXPECT_EQ(org().violations.total(), GetParam().violations);
}

INSTANTIATE_TEST_SUITE_P(
    Undocumented, RefusedQueryTest,
    testing::Values(Refused{"until=2026-01-05T00%3A00%3A00.000Z", "E0000001", 1},
                    Refused{"sortOrder=DESCENDING", "E0000001", 1},
                    Refused{"since=2026-01-05T00%3A00%3A00.000Z&until=2026-01-05T00%3A00%3A00.000Z", "E0000001", 1},
                    Refused{"since=2026-02-05T00%3A00%3A00.000Z", "E0000001", 1}, Refused{"limit=0", "E0000001", 1},
                    Refused{"limit=1&limit=2", "E0000001", 1}, Refused{"cursor=1", "E0000001", 1}),
    name_of);
INSTANTIATE_TEST_SUITE_P(Wrong, RefusedQueryTest,
                         testing::Values(Refused{"since=2026-01-05T00%3A00%3A00Z", "E0000001", 0},
                                         Refused{"since=2026-01-05T00:00:00.000+00:00", "E0000001", 0},
                                         Refused{"since=yesterday", "E0000001", 0}, Refused{"limit=1001", "E0000001", 0},
                                         Refused{"limit=-1", "E0000001", 0}, Refused{"sortOrder=UP", "E0000001", 0},
                                         Refused{"since=2025-07-01T00%3A00%3A00.000Z", "E0000053", 0},
                                         Refused{"filter=severity+is+%22WARN%22", "E0000053", 0},
                                         Refused{"filter=published+gt+%222026%22", "E0000053", 0},
                                         Refused{"q=a", "E0000060", 0}),
                         name_of);

TEST_F(QueryTest, EmptyUntilIsPolling) {
    const Answer answer = get("/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&until=&limit=1000");

    EXPECT_EQ(answer.status, 200U);
    EXPECT_NE(next(answer), "");
}

TEST_F(QueryTest, BoundedRequestGoesByPublishedAndEnds) {
    std::multimap<UtcTime, std::string> wanted;  // of the same time: as they were persisted
    for (std::size_t i = 0; i < 100; ++i) wanted.emplace(org().log.published(i), org().log.uuid(i));
    const std::string target = "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&until=2026-01-06T10%3A00%3A12.000Z&limit=60";

    const Answer first = get(target);
    const Answer last = get(next(first));

    std::vector<std::string> got = uuids(first);
    std::ranges::copy(uuids(last), std::back_inserter(got));
    EXPECT_TRUE(std::ranges::equal(got, std::views::values(wanted)));
    EXPECT_EQ(next(last), "");
}

TEST_F(QueryTest, DescendingTurnsABoundedRequestRound) {
    const std::string target = "/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&until=2026-01-06T10%3A00%3A12.000Z&limit=1000";

    std::vector<std::string> up = uuids(get(target));
    const std::vector<std::string> down = uuids(get(target + "&sortOrder=DESCENDING"));

    std::ranges::reverse(up);
    EXPECT_EQ(down, up);
}

TEST_F(QueryTest, BoundedRequestMissesWhatIsPersistedLater) {
    const std::string window = "/api/v1/logs?since=2026-01-06T09%3A59%3A30.000Z&until=2026-01-06T10%3A00%3A12.000Z&limit=1000";
    const std::size_t before = uuids(get(window)).size();

    org().log.persist(now_ + 30s, now_ - 20s);

    EXPECT_EQ(uuids(get(window)).size(), before + 1);
}

TEST_F(QueryTest, RetentionHidesOldEventsWithoutAnError) {
    const std::string target = "/api/v1/logs?since=2025-12-20T00%3A00%3A00.000Z";
    now_ += std::chrono::days(100);
    token_.clear();

    const Answer answer = get(target);

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.text(), "[]");
}

TEST_F(QueryTest, RateWindowBeginsWithItsFirstRequest) {
    org().logs_window.set_limit(2);
    const Answer first = get(since_january);
    now_ += 59s;
    const Answer second = get(since_january);

    const Answer third = get(since_january);

    EXPECT_EQ(one(first, "X-Rate-Limit-Limit"), "2");
    EXPECT_EQ(one(first, "X-Rate-Limit-Remaining"), "1");
    EXPECT_EQ(one(first, "X-Rate-Limit-Reset"), "1767693672");
    EXPECT_EQ(one(first, "Date"), "Tue, 06 Jan 2026 10:00:12 GMT");
    EXPECT_EQ(second.status, 200U);
    EXPECT_EQ(third.status, 429U);
    EXPECT_EQ(code(third), "E0000047");
    EXPECT_EQ(one(third, "X-Rate-Limit-Remaining"), "0");
}

TEST_F(QueryTest, RequestsAreServedAgainAfterTheReset) {
    org().logs_window.set_limit(1);
    get(since_january);
    get(since_january);

    now_ += 60s;
    const Answer answer = get(since_january);

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(org().violations.total(), 0U);
}

TEST_F(QueryTest, RequestBeforeTheResetIsAViolation) {
    org().logs_window.set_limit(1);
    get(since_january);
    get(since_january);

    now_ += 59s;
    get(since_january);

    EXPECT_EQ(org().violations.total(), 1U);
}

}  // namespace
}  // namespace oktail::simulator
