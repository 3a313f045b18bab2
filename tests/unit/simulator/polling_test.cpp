#include "unit/simulator/okta_fixture.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>

namespace oktail::simulator {
namespace {

using namespace std::chrono_literals;

std::string inflated(std::string_view bytes, std::size_t size) {
    std::string out(size, '\0');
    inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
    state.avail_in = static_cast<std::uint32_t>(bytes.size());
    state.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state.avail_out = static_cast<std::uint32_t>(out.size());
    EXPECT_EQ(isal_inflate(&state), ISAL_DECOMP_OK);
    EXPECT_EQ(state.block_state, ISAL_BLOCK_FINISH);
    out.resize(state.total_out);
    return out;
}

class PollingTest : public FakeOktaTest {
protected:
    /// What a client that follows next links collects, as the truth is written.
    std::string collect(std::string target) {
        std::string lines;
        for (;;) {
            const Answer page = get(target);
            EXPECT_EQ(page.status, 200U);
            if (page.text() == "[]") return lines;
            const std::vector<std::string> ids = uuids(page);
            std::size_t begin = 1;
            for (const std::string& id : ids) {
                // Events are the store's own bytes, so their length says where the next one begins.
                const std::string event = org().log.json(served_++);
                EXPECT_EQ(page.text().substr(begin, event.size()), event);
                lines.append(id).append(" ").append(sha256_hex(event)).append("\n");
                begin += event.size() + 1;
            }
            target = next(page);
        }
    }
    std::size_t served_ = 0;
};

TEST_F(PollingTest, OrderIsThatOfPersistenceAndNotOfPublished) {
    open(org_options(2'500));

    const Answer page = get(since_january);

    std::vector<UtcTime> published;
    for (std::size_t i = 0; i < 1'000; ++i) published.push_back(org().log.published(i));
    EXPECT_FALSE(std::ranges::is_sorted(published));
    ASSERT_EQ(uuids(page).size(), 1'000U);
    EXPECT_EQ(uuids(page)[999], org().log.uuid(999));
}

TEST_F(PollingTest, PagingYieldsTheTruth) {
    open(org_options(2'500));

    const std::string collected = collect(since_january);

    EXPECT_EQ(collected, org().log.truth());
    EXPECT_EQ(org().violations.total(), 0U);
}

TEST_F(PollingTest, LateEventComesAtTheEnd) {
    open(org_options(10));
    const std::string behind = next(get(since_january));

    org().log.persist(now_, now_ - 40min);

    EXPECT_EQ(uuids(get(behind)), std::vector{org().log.uuid(10)});
}

TEST_F(PollingTest, EqualPublishedAreTwoEvents) {
    open(org_options());
    org().log.persist(now_ - 1s, now_ - 2s);
    org().log.persist(now_ - 1s, now_ - 2s);

    const Answer first = get("/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1");
    const Answer second = get(next(first));

    EXPECT_EQ(uuids(first), std::vector{org().log.uuid(0)});
    EXPECT_EQ(uuids(second), std::vector{org().log.uuid(1)});
}

TEST_F(PollingTest, LiveEventsComeWithTime) {
    OrgOptions options = org_options();
    options.rate = 2;
    open(options);
    get(since_january);

    now_ += 10s;

    EXPECT_EQ(uuids(get(since_january)).size(), 21U);
}

TEST_F(PollingTest, SinceIsComparedWithPersistence) {
    open(org_options());
    org().log.persist(now_ - 10s, now_ - 10s);
    org().log.persist(now_ - 5s, now_ - 30min);

    const Answer page = get("/api/v1/logs?since=2026-01-06T10%3A00%3A05.000Z");

    EXPECT_EQ(uuids(page), std::vector{org().log.uuid(1)});
}

TEST_F(PollingTest, LinksAreTwoLinesOfTheOrigin) {
    open(org_options(1));

    const Answer page = get(since_january);

    ASSERT_EQ(all(page, "link").size(), 2U);
    EXPECT_EQ(all(page, "link")[0], "<https://acme.okta.com" + std::string(since_january) + ">; rel=\"self\"");
    EXPECT_TRUE(next(page).starts_with(std::string(since_january) + "&after=")) << next(page);
}

TEST_F(PollingTest, EmptyPageHasTheSameNextForEver) {
    open(org_options(5));
    const std::string behind = next(get(since_january));

    const Answer once = get(behind);
    now_ += 60s;
    const Answer again = get(behind);

    EXPECT_EQ(once.text(), "[]");
    EXPECT_EQ(next(once), behind);
    EXPECT_EQ(next(again), behind);
}

TEST_F(PollingTest, EmptyPageMayLackNext) {
    OrgOptions options = org_options(5);
    options.empty_next = EmptyNext::absent;
    open(options);
    const std::string behind = next(get(since_january));

    const Answer empty = get(behind);
    org().log.persist(now_, now_);

    EXPECT_EQ(next(empty), "");
    EXPECT_EQ(uuids(get(behind)), std::vector{org().log.uuid(5)});
}

TEST_F(PollingTest, EmptyPageMayMoveTheCursor) {
    OrgOptions options = org_options(5);
    options.empty_next = EmptyNext::moved;
    open(options);
    const std::string behind = next(get(since_january));

    const std::string moved = next(get(behind));
    org().log.persist(now_, now_);

    EXPECT_NE(moved, behind);
    EXPECT_EQ(uuids(get(moved)), std::vector{org().log.uuid(5)});
}

TEST_F(PollingTest, JoinedLinksAreOneLine) {
    OrgOptions options = org_options(5);
    options.links = LinkStyle::joined;
    open(options);

    const Answer page = get(since_january);

    EXPECT_EQ(all(page, "link").size(), 1U);
    EXPECT_EQ(uuids(get(next(page))).size(), 0U);
}

TEST_F(PollingTest, ReorderedLinksLeadOn) {
    OrgOptions options = org_options(1'001);
    options.links = LinkStyle::reordered;
    open(options);

    const Answer page = get(since_january);

    EXPECT_TRUE(next(page).ends_with("&since=2026-01-01T00:00:00.000Z&q=")) << next(page);
    EXPECT_EQ(uuids(get(next(page))), std::vector{org().log.uuid(1'000)});
}

TEST_F(PollingTest, GzipHoldsTheSameBytes) {
    open(org_options(1'000));
    Request request = logs_request(since_january);
    const Answer identity = ask(request);

    request.headers.emplace_back("Accept-Encoding", "gzip");
    const Answer gzip = ask(request);

    EXPECT_EQ(one(gzip, "Content-Encoding"), "gzip");
    EXPECT_LT(gzip.text().size(), identity.text().size() / 4);
    EXPECT_EQ(inflated(gzip.text(), identity.text().size() + 1), identity.text());
}

TEST_F(PollingTest, FilterKeepsWhatMatches) {
    open(org_options(1'000));

    const Answer page = get("/api/v1/logs?limit=1000&filter=eventType+sw+%22user.session.%22+and+not+(severity+eq+%22WARN%22)");

    const auto events = boost::json::parse(page.text());
    ASSERT_GT(events.as_array().size(), 50U);
    for (const auto& event : events.as_array()) {
        EXPECT_TRUE(event.at("eventType").as_string().starts_with("user.session.")) << event;
        EXPECT_NE(event.at("severity").as_string(), "WARN");
    }
}

class CursorTest : public FakeOktaTest, public testing::WithParamInterface<CursorStyle> {
protected:
    void SetUp() override {
        OrgOptions options = org_options(1'500);
        options.cursor = GetParam();
        open(options);
        next_ = next(get(since_january));
    }
    std::string next_;
};

TEST_P(CursorTest, LeadsOn) { EXPECT_EQ(uuids(get(next_)).size(), 500U); }

TEST_P(CursorTest, AnyChangedCharacterIsRefused) {
    for (std::size_t i = next_.find("after=") + 6; i < next_.size(); i += 5) {
        std::string altered = next_;
        altered[i] = altered[i] == '1' ? '2' : '1';
        const Answer answer = get(altered);

        EXPECT_EQ(answer.status, 400U) << altered;
        EXPECT_EQ(code(answer), "E0000001");
    }
    EXPECT_GT(org().violations.total(), 0U);
}

TEST_P(CursorTest, ChangedSinceIsRefused) {
    const Answer answer = get(std::string(next_).replace(next_.find("2026-01-01"), 10, "2026-01-02"));

    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(org().violations.total(), 1U);
}

TEST_P(CursorTest, AddedFilterIsRefused) { EXPECT_EQ(get(next_ + "&filter=severity+eq+%22WARN%22").status, 400U); }

TEST_P(CursorTest, CursorOfAnotherOrgIsRefused) {
    OrgOptions options = org_options(1'500);
    options.cursor = GetParam();
    options.host = "initech.okta.com";
    Options other;
    other.orgs = {options};
    other.start = now_;
    FakeOkta initech(other);
    Org& foreign = *initech.find("initech.okta.com");
    foreign.clients.remember("eyJ", {foreign.client_id, now_ + 1h});

    const Answer answer =
        initech.answer(Request("GET", next_, {{"Host", "initech.okta.com"}, {"Authorization", "Bearer eyJ"}}), now_);

    EXPECT_EQ(answer.status, 400U);
}

std::string name_of(const testing::TestParamInfo<CursorStyle>& info) {
    constexpr std::array names{"milliseconds", "uuid", "lengthy"};
    return names[info.index];
}

INSTANTIATE_TEST_SUITE_P(Styles, CursorTest,
                         testing::Values(CursorStyle::milliseconds, CursorStyle::uuid, CursorStyle::lengthy), name_of);

TEST_F(PollingTest, LengthyCursorHasFourHundredCharactersAndEscapes) {
    OrgOptions options = org_options(1'500);
    options.cursor = CursorStyle::lengthy;
    open(options);

    const std::string link = next(get(since_january));
    const std::string cursor = link.substr(link.find("after=") + 6);

    EXPECT_GE(cursor.size(), 390U);
    EXPECT_NE(cursor.find("%2B"), std::string::npos);
    EXPECT_NE(cursor.find("%3D"), std::string::npos);
}

}  // namespace
}  // namespace oktail::simulator
