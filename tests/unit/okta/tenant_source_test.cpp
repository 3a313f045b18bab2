#include "okta/tenant_source.hpp"

#include "core/time_text.hpp"
#include "support/fake_authorizer.hpp"
#include "support/fake_source.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <set>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

using Fields = std::vector<std::pair<std::string, std::string>>;

/// An org over HTTP, as far as one request sees it: what is asked for, and what the test wants answered.
class ScriptedOrg : public HttpClient {
public:
    explicit ScriptedOrg(ManualClock& clock) : clock_(clock) {}

    asio::awaitable<Result<HttpResponse>> send(HttpRequest request, std::stop_token stop) override {
        asked.push_back(request.target);
        asked_at.push_back(clock_.now());
        tokens.emplace_back(request.authorization.reveal());
        exclusive = request.exclusive_memory;
        ++in_flight;
        most_in_flight = std::max(most_in_flight, in_flight);
        while (held && !stop.stop_requested()) co_await flag_.wait(stop);
        --in_flight;
        if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped");
        if (!errors.empty()) {
            Error error = errors.front();
            errors.pop_front();
            co_return error;
        }
        if (!answers.empty()) {
            HttpResponse answer = std::move(answers.front());
            answers.pop_front();
            co_return answer;
        }
        if (script) co_return script(request.target);
        co_return nothing_new(request.target);
    }

    /// `size` events from number `from` on, with a next link to `next`.
    HttpResponse events(int from, int size, const std::string& next, Fields more = {}) {
        std::string body = "[";
        for (int n = from; n < from + size; ++n) body.append(n == from ? "" : ",").append(numbered_event(n));
        Fields fields{{"content-type", "application/json"}, {"date", http_date(clock_.utc_now())}};
        if (!next.empty()) fields.emplace_back("link", "<https://acme.okta.com" + next + ">; rel=\"next\"");
        fields.insert(fields.end(), more.begin(), more.end());
        return HttpResponse(ResponseHead(200, std::move(fields)), Buffer::copy_of(body + "]"));
    }
    HttpResponse nothing_new(const std::string& target, Fields more = {}) { return events(0, 0, target, std::move(more)); }
    HttpResponse status(unsigned code, Fields fields = {}, const std::string& body = "") {
        fields.emplace_back("date", http_date(clock_.utc_now()));
        return HttpResponse(ResponseHead(code, std::move(fields)), Buffer::copy_of(body));
    }
    void release() {
        held = false;
        flag_.notify();
    }

    std::deque<HttpResponse> answers;
    std::function<HttpResponse(const std::string& target)> script;  ///< when there are no answers left
    std::deque<Error> errors;
    std::vector<std::string> asked;
    std::vector<SteadyTime> asked_at;
    std::vector<std::string> tokens;
    bool held = false;
    bool exclusive = false;
    int in_flight = 0;
    int most_in_flight = 0;

private:
    ManualClock& clock_;
    EventFlag flag_;
};

std::string at(int n) { return "/api/v1/logs?limit=3&after=" + std::to_string(n); }

class TenantSourceTest : public testing::Test {
protected:
    ~TenantSourceTest() override {
        stop_.request_stop();
        org_.release();
        poll();
    }

    TenantSource& source(std::size_t routes = 1) {
        settings_.routes = routes;
        source_.emplace(settings_, query_, logs_, authorizer_, memory_, clock_, io_.get_executor());
        source_->start(stop_.get_token());
        return *source_;
    }
    struct Got {
        bool done = false;
        Result<PagePtr> page = Error(ErrorKind::transient, "nothing yet");
    };
    std::shared_ptr<Got> fetch(const std::string& from) { return fetch(from, stop_.get_token()); }
    std::shared_ptr<Got> fetch(const std::string& from, std::stop_token stop) {
        auto got = std::make_shared<Got>();
        asio::co_spawn(io_, source_->fetch(Cursor(from), std::move(stop)), [got](std::exception_ptr, Result<PagePtr> page) {
            got->done = true;
            got->page = std::move(page);
        });
        poll();
        return got;
    }
    /// As a route does: from page to page until the end of the test.
    void follow(const std::string& from) { asio::co_spawn(io_, follow_from(Cursor(from)), asio::detached); }
    asio::awaitable<void> follow_from(Cursor from) {
        std::vector<int>& numbers = followed_.emplace_back();
        for (;;) {
            auto page = co_await source_->fetch(from, stop_.get_token());
            if (!page) co_return;
            for (std::size_t i = 0; i < (*page)->size(); ++i)
                numbers.push_back(std::stoi(std::string((*page)->event(i).substr(33, 12))));
            from = (*page)->next();
        }
    }
    Result<UtcTime> okta_now() {
        Result<UtcTime> now = Error(ErrorKind::transient, "nothing yet");
        asio::co_spawn(io_, source_->okta_now(stop_.get_token()),
                       [&now](std::exception_ptr, Result<UtcTime> got) { now = std::move(got); });
        poll();
        return now;
    }
    void poll() {
        io_.restart();
        io_.poll();
    }
    void pass(milliseconds span) {
        for (milliseconds passed{0}; passed < span; passed += milliseconds(100)) {
            clock_.advance(milliseconds(100));
            poll();
        }
    }

    asio::io_context io_{1};
    ManualClock clock_;
    std::stop_source stop_;
    Happenings happenings_{clock_};
    ByteBudget memory_{64U * 1024 * 1024};
    FakeAuthorizer authorizer_{clock_};
    PageSlicer page_slicer_;
    ScriptedOrg org_{clock_};
    LogsClient logs_{log::Scope("acme"), Origin("acme.okta.com"), {}, seconds(60), org_, authorizer_, page_slicer_, clock_,
                     happenings_};
    TenantSource::Settings settings_;
    Query query_{"https://acme.okta.com", ""};
    std::optional<TenantSource> source_;
    std::list<std::vector<int>> followed_;  ///< the numbers of the events that each follow() has seen
};

TEST_F(TenantSourceTest, GivesThePageAndWhereToGoOn) {
    source();
    org_.answers.push_back(org_.events(0, 2, at(2)));

    const auto got = fetch(at(0));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_EQ((*got->page)->size(), 2u);
    EXPECT_EQ((*got->page)->event(1), numbered_event(1));
    EXPECT_EQ((*got->page)->next(), Cursor(at(2)));
    EXPECT_EQ(org_.asked, std::vector{at(0)});
    EXPECT_EQ(org_.tokens.front(), "Bearer token-1");
    EXPECT_EQ(authorizer_.last_url, "https://acme.okta.com/api/v1/logs") << "DPoP binds the URL without its query";
}

TEST_F(TenantSourceTest, EqualCursorsCostOneRequest) {
    source(2);
    org_.held = true;
    const auto one = fetch(at(0));
    const auto two = fetch(at(0));
    org_.answers.push_back(org_.events(0, 2, at(2)));

    org_.release();
    poll();

    EXPECT_TRUE(one->done && two->done);
    EXPECT_EQ(org_.asked.size(), 1u);
}

TEST_F(TenantSourceTest, OneRequestInFlightPerTenant) {
    source(2);
    org_.held = true;
    fetch(at(0));
    fetch(at(7));
    org_.release();

    pass(seconds(20));

    EXPECT_GE(org_.asked.size(), 2u);
    EXPECT_EQ(org_.most_in_flight, 1);
}

TEST_F(TenantSourceTest, PageForALaterRouteIsKept) {
    source(2);
    org_.answers.push_back(org_.events(0, 2, at(2)));
    fetch(at(0));

    const auto later = fetch(at(0));

    EXPECT_TRUE(later->done && later->page);
    EXPECT_EQ(org_.asked.size(), 1u);
}

TEST_F(TenantSourceTest, PageOfALoneRouteIsNotKept) {
    source();
    org_.answers.push_back(org_.events(0, 2, at(2)));
    fetch(at(0));

    fetch(at(0));

    EXPECT_EQ(org_.asked.size(), 2u);
}

TEST_F(TenantSourceTest, FullPageIsFollowedAtOnceAndAhead) {
    source();
    org_.answers.push_back(org_.events(0, 3, at(3)));
    org_.answers.push_back(org_.events(3, 3, at(6)));

    fetch(at(0));

    EXPECT_EQ(org_.asked, (std::vector{at(0), at(3)})) << "the next page is read ahead";
    EXPECT_TRUE(fetch(at(3))->done);
    EXPECT_EQ(org_.asked.size(), 3u) << "and the one behind it";
}

TEST_F(TenantSourceTest, FullIsWhatTheCursorsLimitSays) {
    source();
    const std::string from = "/api/v1/logs?limit=3&x_limit=500&after=0";
    org_.answers.push_back(org_.events(0, 3, at(3)));

    fetch(from);

    EXPECT_EQ(org_.asked, (std::vector{from, at(3)}));
}

TEST_F(TenantSourceTest, RoutesOneBehindTheOtherShareEveryRequest) {
    source(2);
    org_.script = [&](const std::string& target) {
        const int n = std::stoi(target.substr(target.rfind('=') + 1));
        return org_.events(n, 3, at(n + 3));
    };

    for (int n = 0; n < 12; n += 3) {
        EXPECT_TRUE(fetch(at(n))->done);
        EXPECT_TRUE(fetch(at(n))->done);
    }

    EXPECT_EQ(org_.asked, (std::vector{at(0), at(3), at(6), at(9), at(12)}));
}

TEST_F(TenantSourceTest, ReadsAheadOnlyWithRoomToSpare) {
    source();
    const auto others = memory_.try_reserve(memory_.limit() - 8U * 1024 * 1024 + 1);
    org_.answers.push_back(org_.events(0, 3, at(3)));

    fetch(at(0));

    EXPECT_EQ(org_.asked, std::vector{at(0)});
}

TEST_F(TenantSourceTest, ReadAheadThatFailedIsLeftToWhoeverAsks) {
    source();
    org_.answers.push_back(org_.events(0, 3, at(3)));
    org_.answers.push_back(org_.status(503));
    fetch(at(0));

    pass(minutes(2));

    EXPECT_EQ(org_.asked, (std::vector{at(0), at(3)}));
}

TEST_F(TenantSourceTest, ReadAheadIsGivenBackWhenMemoryIsWanted) {
    source();
    org_.answers.push_back(org_.events(0, 3, at(3)));
    org_.answers.push_back(org_.events(3, 3, at(6)));
    fetch(at(0));
    auto all = memory_.try_reserve(memory_.limit());
    asio::co_spawn(io_, memory_.reserve(1, stop_.get_token()), asio::detached);
    poll();
    all.release();
    org_.answers.push_back(org_.events(3, 3, at(6)));

    const auto got = fetch(at(3));

    EXPECT_TRUE(got->done);
    EXPECT_EQ(org_.asked[2], at(3));
}

TEST_F(TenantSourceTest, ShortPageIsNotTheEndAndIsFollowedAfterTheInterval) {
    source();
    org_.answers.push_back(org_.events(0, 2, at(2)));
    fetch(at(0));
    const auto got = fetch(at(2));
    EXPECT_EQ(org_.asked.size(), 1u);
    org_.answers.push_back(org_.events(2, 1, at(3)));

    pass(milliseconds(1'100));

    EXPECT_EQ(org_.asked.size(), 2u);
    EXPECT_TRUE(got->done);
}

TEST_F(TenantSourceTest, IdleOrgIsAskedEverLessOften) {
    source();
    follow(at(0));

    pass(minutes(10));

    ASSERT_GT(org_.asked_at.size(), 20u);
    EXPECT_LT(org_.asked_at[1] - org_.asked_at[0], seconds(2));
    const auto last = org_.asked_at.back() - org_.asked_at[org_.asked_at.size() - 2];
    EXPECT_GE(last, seconds(30));
    EXPECT_LE(last, milliseconds(30'200));
}

TEST_F(TenantSourceTest, NothingNewIsToldOnceInThirtySeconds) {
    source();
    const auto got = fetch(at(0));
    pass(seconds(25));
    EXPECT_FALSE(got->done);

    pass(seconds(20));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_TRUE((*got->page)->empty());
    EXPECT_EQ((*got->page)->next(), Cursor(at(0)));
}

TEST_F(TenantSourceTest, NothingNewIsToldNoMoreOftenThanItIsAskedFor) {
    settings_.max_interval = minutes(2);
    source();
    const auto got = fetch(at(0));

    pass(seconds(110));
    EXPECT_FALSE(got->done);
    pass(minutes(2));

    EXPECT_TRUE(got->done);
}

TEST_F(TenantSourceTest, MovedCursorOfAnEmptyPageIsToldAtOnce) {
    source();
    org_.answers.push_back(org_.events(0, 0, at(9)));

    const auto got = fetch(at(0));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_EQ((*got->page)->next(), Cursor(at(9)));
}

TEST_F(TenantSourceTest, EmptyPageWithoutLinkKeepsThePlace) {
    source();
    org_.answers.push_back(org_.events(0, 0, ""));
    const auto got = fetch(at(0));
    org_.answers.push_back(org_.events(0, 2, at(2)));

    pass(seconds(2));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_EQ(org_.asked, (std::vector{at(0), at(0)}));
}

TEST_F(TenantSourceTest, EventsWithoutLinkAreDeliveredAndAskedForAgain) {
    source();
    org_.answers.push_back(org_.events(0, 2, ""));

    const auto got = fetch(at(0));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_EQ((*got->page)->size(), 2u);
    EXPECT_EQ((*got->page)->next(), Cursor(at(0)));
}

TEST_F(TenantSourceTest, LinkThatStaysIsAskedEverLessOften) {
    source();
    org_.script = [&](const std::string&) { return org_.events(0, 3, ""); };
    follow(at(0));

    pass(seconds(10));

    EXPECT_GE(org_.asked.size(), 5u);
    EXPECT_LE(org_.asked.size(), 8u);
}

TEST_F(TenantSourceTest, ForeignLinkDropsThePageAndIsNotFollowed) {
    source();
    auto answer = org_.events(0, 2, "");
    answer.head = ResponseHead(
        200, {{"content-type", "application/json"}, {"link", "<https://evil.example/api/v1/logs?after=1>; rel=\"next\""}});
    org_.answers.push_back(std::move(answer));
    const log::Capture log;

    const auto got = fetch(at(0));

    EXPECT_FALSE(got->done);
    EXPECT_NE(log.text().find("SECURITY"), std::string::npos);
}

TEST_F(TenantSourceTest, RefusedTokenIsReplacedOnceAtOnce) {
    source();
    org_.answers.push_back(org_.status(401, {{"www-authenticate", "Bearer error=\"invalid_token\""}}));
    org_.answers.push_back(org_.events(0, 2, at(2)));

    const auto got = fetch(at(0));

    EXPECT_TRUE(got->done && got->page);
    EXPECT_EQ(org_.tokens, (std::vector<std::string>{"Bearer token-1", "Bearer token-2"}));
    EXPECT_EQ(org_.asked, (std::vector{at(0), at(0)}));
}

TEST_F(TenantSourceTest, TokenRefusedAgainWaits) {
    source();
    authorizer_.renewals = 5;
    for (int i = 0; i < 4; ++i) org_.answers.push_back(org_.status(401));

    fetch(at(0));

    EXPECT_EQ(org_.asked.size(), 2u);
}

TEST_F(TenantSourceTest, RefusedCredentialsReachEveryRoute) {
    source(2);
    authorizer_.trouble = Error(ErrorKind::unauthorized, "the secret is wrong");

    const auto one = fetch(at(0));
    const auto two = fetch(at(1));

    ASSERT_TRUE(one->done && two->done);
    EXPECT_EQ(one->page.error().kind(), ErrorKind::unauthorized);
    EXPECT_EQ(two->page.error().what(), "the secret is wrong");
}

TEST_F(TenantSourceTest, RefusalByTheOrgReachesEveryRouteAtOnce) {
    source(2);
    org_.held = true;
    const auto one = fetch(at(0));
    const auto two = fetch(at(1));
    org_.answers.push_back(org_.status(403, {}, R"({"errorCode":"E0000006"})"));

    org_.release();
    poll();

    ASSERT_TRUE(one->done && two->done);
    EXPECT_EQ(one->page.error().kind(), ErrorKind::unauthorized);
    EXPECT_EQ(two->page.error().kind(), ErrorKind::unauthorized);
    EXPECT_EQ(org_.asked.size(), 1u);
}

TEST_F(TenantSourceTest, ForbiddenOrgIsAskedEverLessOftenHoweverManyRoutesWant) {
    source(2);
    org_.script = [this](const std::string&) { return org_.status(403, {}, R"({"errorCode":"E0000006"})"); };

    for (int second = 0; second < 1'200; ++second) {
        for (const int route : {0, 1}) EXPECT_TRUE(fetch(at(route))->done) << "told at once";
        clock_.advance(seconds(1));
        poll();
    }

    EXPECT_GE(org_.asked.size(), 7u);
    EXPECT_LE(org_.asked.size(), 14u);
    org_.script = nullptr;
    clock_.advance(minutes(5));
    const auto got = fetch(at(0));
    EXPECT_EQ(org_.asked.back(), at(0)) << "and comes back by itself";
    clock_.advance(minutes(1));
    poll();
    EXPECT_TRUE(got->done && got->page);
}

TEST_F(TenantSourceTest, NothingIsAskedBetweenA429AndItsReset) {
    source();
    const auto reset = std::chrono::duration_cast<seconds>(clock_.utc_now().time_since_epoch()).count() + 40;
    org_.answers.push_back(org_.status(
        429, {{"x-rate-limit-limit", "60"}, {"x-rate-limit-remaining", "0"}, {"x-rate-limit-reset", std::to_string(reset)}}));
    org_.answers.push_back(org_.events(0, 2, at(2)));
    const auto got = fetch(at(0));

    pass(seconds(40));
    EXPECT_EQ(org_.asked.size(), 1u);
    pass(seconds(5));

    EXPECT_TRUE(got->done && got->page);
}

TEST_F(TenantSourceTest, ShareOfTheRateLimitIsKept) {
    source();
    const Fields limit{{"x-rate-limit-limit", "60"}, {"x-rate-limit-remaining", "59"}};
    org_.script = [&](const std::string& target) {
        const int n = std::stoi(target.substr(target.rfind('=') + 1));
        return org_.events(n, 3, at(n + 3), limit);
    };
    follow(at(0));

    pass(minutes(1));

    EXPECT_LE(org_.asked.size(), 32u) << "half of 60 a minute";
    EXPECT_GE(org_.asked.size(), 28u);
}

TEST_F(TenantSourceTest, EventASecondArrivesSoonWithinTheDefaultShareOfSixtyRequests) {
    source();
    const auto begin = clock_.now();
    const auto visible = [&] { return static_cast<int>((clock_.now() - begin) / seconds(1)); };
    std::vector<milliseconds> latencies;
    org_.script = [&](const std::string& target) {
        const int n = std::stoi(target.substr(target.rfind('=') + 1));
        const int total = visible();
        for (int event = n; event < total; ++event)
            latencies.push_back(std::chrono::duration_cast<milliseconds>(clock_.now() - begin - seconds(event + 1)));
        // What a whole minute of requests, one after the other, leaves of the window.
        const auto now = std::chrono::duration_cast<seconds>(clock_.utc_now().time_since_epoch()).count();
        const auto in_window = std::ranges::count_if(
            org_.asked_at, [&](SteadyTime at) { return (at - begin) / minutes(1) == (clock_.now() - begin) / minutes(1); });
        const Fields limit{{"x-rate-limit-limit", "60"},
                           {"x-rate-limit-remaining", std::to_string(60 - in_window)},
                           {"x-rate-limit-reset", std::to_string(now / 60 * 60 + 60)}};
        return org_.events(n, total - n, "/api/v1/logs?limit=1000&after=" + std::to_string(total), limit);
    };
    follow("/api/v1/logs?limit=1000&after=0");

    pass(minutes(10));

    ASSERT_GT(latencies.size(), 590u);
    std::ranges::sort(latencies);
    EXPECT_LE(latencies[latencies.size() / 2], milliseconds(1'500));
    EXPECT_LE(latencies.back(), milliseconds(3'000));
    EXPECT_LE(org_.asked.size(), 310u) << "half of 60 a minute, for ten minutes";
}

TEST_F(TenantSourceTest, TroubleKeepsTheCursorAndIsTriedAgain) {
    source();
    org_.errors = {Error(ErrorKind::transient, "connection reset"), Error(ErrorKind::transient, "connection reset")};
    org_.answers.push_back(org_.status(503, {}, "<html>"));
    org_.answers.push_back(org_.events(0, 2, at(2)));
    const auto got = fetch(at(0));

    pass(seconds(20));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_EQ(org_.asked, (std::vector{at(0), at(0), at(0), at(0)}));
}

TEST_F(TenantSourceTest, PageThatIsNoArrayIsNeverSkipped) {
    source();
    auto answer = org_.events(0, 2, at(2));
    answer.body = Buffer::copy_of("{}");
    org_.answers.push_back(std::move(answer));
    org_.answers.push_back(org_.events(0, 2, at(2)));
    const auto got = fetch(at(0));
    EXPECT_FALSE(got->done);

    pass(seconds(5));

    ASSERT_TRUE(got->done && got->page);
    EXPECT_EQ((*got->page)->size(), 2u);
}

TEST_F(TenantSourceTest, GiantPageIsFetchedAgainInTheExclusiveSlot) {
    source();
    org_.errors = {Error(ErrorKind::transient, "the memory budget is spent", out_of_memory_budget())};
    org_.answers.push_back(org_.events(0, 2, at(2)));

    const auto got = fetch(at(0));

    EXPECT_TRUE(got->done && got->page);
    EXPECT_TRUE(org_.exclusive);
}

TEST_F(TenantSourceTest, RefusedCursorIsLostWhenAFreshQueryWorks) {
    source();
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000001"})"));

    const auto got = fetch(at(0));

    ASSERT_TRUE(got->done);
    EXPECT_EQ(got->page.error().kind(), ErrorKind::cursor_lost);
    ASSERT_EQ(org_.asked.size(), 2u);
    EXPECT_NE(org_.asked[1].find("since="), std::string::npos);
}

TEST_F(TenantSourceTest, LostCursorIsNoEndThatTheNextQueryIsLedBackTo) {
    source();
    const std::string lost = "/api/v1/logs?since=a&limit=20&after=10";
    org_.answers.push_back(org_.events(0, 10, lost));
    fetch("/api/v1/logs?since=a&limit=20&after=0");
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000001"})"));
    const auto refused = fetch(lost);
    pass(minutes(1));
    ASSERT_TRUE(refused->done);
    ASSERT_EQ(refused->page.error().kind(), ErrorKind::cursor_lost);
    const std::string next = "/api/v1/logs?since=b&limit=20&after=12";
    org_.answers.push_back(org_.events(0, 12, next));

    const auto again = fetch("/api/v1/logs?since=b&limit=20&sortOrder=ASCENDING");
    pass(minutes(1));

    ASSERT_TRUE(again->done && again->page);
    EXPECT_EQ((*again->page)->size(), 12u);
    EXPECT_EQ((*again->page)->next(), Cursor(next));
}

TEST_F(TenantSourceTest, PageThatOktaGivesUpOnIsAskedForInSmallerOnes) {
    source();
    const auto gives_up = [this] { return org_.status(500, {}, R"({"errorCode":"E0000009"})"); };
    for (std::size_t limit = 1'000; limit > 50; limit /= 2) {
        const auto asked = org_.asked.size();
        for (int i = 0; i < 3; ++i) org_.answers.push_back(gives_up());

        const auto got = fetch("/api/v1/logs?limit=" + std::to_string(limit) + "&after=1");
        pass(minutes(5));

        ASSERT_TRUE(got->done) << limit;
        EXPECT_EQ(got->page.error().kind(), ErrorKind::cursor_lost);
        EXPECT_EQ(org_.asked.size(), asked + 3);
        const std::string smaller = "limit=" + std::to_string(std::max<std::size_t>(limit / 2, 50)) + "&";
        EXPECT_NE(source_->begin(UtcTime(), query_).target().find(smaller), std::string::npos) << smaller;
    }
}

TEST_F(TenantSourceTest, SmallestPageThatOktaGivesUpOnIsWaitedFor) {
    source();
    org_.script = [this](const std::string&) { return org_.status(500, {}, R"({"errorCode":"E0000009"})"); };

    const auto got = fetch("/api/v1/logs?limit=50&after=1");
    pass(minutes(10));

    EXPECT_FALSE(got->done);
    EXPECT_GT(org_.asked.size(), 5u);
}

TEST_F(TenantSourceTest, PageLargerThanAnyMayBeIsAskedForInSmallerOnes) {
    source();
    org_.errors.assign(3, Error(ErrorKind::transient, "too large", body_too_large()));

    const auto got = fetch("/api/v1/logs?limit=1000&after=1");
    pass(minutes(1));

    ASSERT_TRUE(got->done);
    EXPECT_EQ(got->page.error().kind(), ErrorKind::cursor_lost);
}

TEST_F(TenantSourceTest, FreshQueryIsTheTenantsOwn) {
    query_ = Query("https://acme.okta.com", "severity eq \"WARN\"");
    source();
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000001"})"));

    fetch(at(0));

    ASSERT_EQ(org_.asked.size(), 2u);
    EXPECT_NE(org_.asked[1].find("filter=severity"), std::string::npos) << org_.asked[1];
}

TEST_F(TenantSourceTest, TroubleOfTheFreshQueryLeavesTheQuestionOpen) {
    source();
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000001"})"));
    org_.answers.push_back(org_.status(503));
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000001"})"));
    const auto got = fetch(at(0));
    EXPECT_FALSE(got->done);
    EXPECT_EQ(org_.asked.size(), 2u) << "and nothing is asked before its wait is over";

    pass(seconds(5));

    ASSERT_TRUE(got->done);
    EXPECT_EQ(got->page.error().kind(), ErrorKind::cursor_lost);
}

TEST_F(TenantSourceTest, RefusalOfTheFreshQuerysTokenReachesEveryRoute) {
    source(2);
    org_.held = true;
    const auto one = fetch(at(0));
    const auto two = fetch(at(1));
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000001"})"));
    org_.answers.push_back(org_.status(403, {}, R"({"errorCode":"E0000006"})"));

    org_.release();
    poll();

    ASSERT_TRUE(one->done && two->done);
    EXPECT_EQ(one->page.error().kind(), ErrorKind::unauthorized);
    EXPECT_EQ(two->page.error().kind(), ErrorKind::unauthorized);
}

TEST_F(TenantSourceTest, BeginningThatIsRefusedIsTheQuerysFault) {
    source();
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000031"})"));

    const auto got = fetch("/api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&limit=1000");

    ASSERT_TRUE(got->done);
    EXPECT_EQ(got->page.error().kind(), ErrorKind::rejected);
    EXPECT_EQ(org_.asked.size(), 1u);
}

TEST_F(TenantSourceTest, RefusedQueryIsTheQuerysFault) {
    source();
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000031"})"));
    org_.answers.push_back(org_.status(400, {}, R"({"errorCode":"E0000031"})"));

    const auto got = fetch(at(0));

    ASSERT_TRUE(got->done);
    EXPECT_EQ(got->page.error().kind(), ErrorKind::rejected);
}

TEST_F(TenantSourceTest, RoutesAtTheEndOnDifferentCursorsDoNotHammer) {
    source(2);
    follow("/api/v1/logs?since=a&limit=3&after=1");
    follow("/api/v1/logs?since=b&limit=3&after=1");

    pass(seconds(10));

    EXPECT_GE(org_.asked.size(), 8u);
    EXPECT_LE(org_.asked.size(), 20u);
}

TEST_F(TenantSourceTest, RoutesThatStartedApartMeetAndShareEveryRequest) {
    source(2);
    const auto begin = clock_.now();
    org_.script = [&](const std::string& target) {
        const std::size_t place = target.rfind('=') + 1;
        const int n = std::stoi(target.substr(place));
        const int total = 40 + static_cast<int>((clock_.now() - begin) / milliseconds(400));
        const int size = std::min(20, total - n);
        return org_.events(n, size, target.substr(0, place) + std::to_string(n + size));
    };
    follow("/api/v1/logs?since=a&limit=20&after=20");
    follow("/api/v1/logs?since=b&limit=20&after=3");
    pass(seconds(20));
    const std::size_t before = org_.asked.size();

    pass(seconds(20));

    const std::set<std::string> different(org_.asked.begin() + static_cast<std::ptrdiff_t>(before), org_.asked.end());
    EXPECT_EQ(different.size(), org_.asked.size() - before);
    const bool b_is_asked =
        std::ranges::any_of(different, [](const std::string& target) { return target.find("since=b") != std::string::npos; });
    const bool a_is_asked =
        std::ranges::any_of(different, [](const std::string& target) { return target.find("since=a") != std::string::npos; });
    EXPECT_NE(a_is_asked, b_is_asked);
    EXPECT_GT(different.size(), 10u);
    for (const std::vector<int>& events : followed_)
        EXPECT_EQ(std::ranges::adjacent_find(events, [](int one, int next) { return next != one + 1; }), events.end());
}

TEST_F(TenantSourceTest, LaggardGetsWhatTheHeadLeaves) {
    source(2);
    const Fields limit{{"x-rate-limit-limit", "60"}, {"x-rate-limit-remaining", "59"}};
    org_.script = [&](const std::string& target) {
        const int n = std::stoi(target.substr(target.rfind('=') + 1));
        return n < 900 ? org_.events(n, 3, at(n + 3), limit) : org_.nothing_new(target, limit);
    };
    follow(at(900));
    pass(seconds(3));
    follow(at(0));
    const auto before = static_cast<std::ptrdiff_t>(org_.asked.size());

    pass(seconds(60));

    const auto all = static_cast<std::ptrdiff_t>(org_.asked.size()) - before;
    const auto head = std::count(org_.asked.begin() + before, org_.asked.end(), at(900));
    EXPECT_GE(head, 9) << "the head polls every 5 s, or as its own interval says";
    EXPECT_LE(head, 12);
    EXPECT_GE(all - head, 15) << "and the laggard has the rest";
}

TEST_F(TenantSourceTest, BusyHeadLeavesTheLaggardItsShare) {
    source(2);
    const Fields limit{{"x-rate-limit-limit", "60"}, {"x-rate-limit-remaining", "59"}};
    org_.script = [&](const std::string& target) {
        const int n = std::stoi(target.substr(target.rfind('=') + 1));
        return n < 900 ? org_.events(n, 3, at(n + 3), limit) : org_.events(n, 1, at(n + 1), limit);
    };
    follow(at(900));
    pass(seconds(3));
    follow(at(0));
    const auto before = static_cast<std::ptrdiff_t>(org_.asked.size());

    pass(seconds(60));

    const auto is_head = [](const std::string& target) { return std::stoi(target.substr(target.rfind('=') + 1)) >= 900; };
    const auto head = std::count_if(org_.asked.begin() + before, org_.asked.end(), is_head);
    EXPECT_GE(head, 9);
    EXPECT_LE(head, 12);
}

TEST_F(TenantSourceTest, WhoHasWaitedLongestIsFirst) {
    source(3);
    org_.held = true;
    for (const int n : {0, 7, 5}) fetch(at(n));

    org_.release();
    poll();

    EXPECT_EQ(org_.asked, (std::vector{at(0), at(7), at(5)}));
}

TEST_F(TenantSourceTest, HeadIsTheNewestEnd) {
    source(2);
    EXPECT_TRUE(source_->head().empty());
    org_.answers.push_back(org_.events(0, 2, at(2)));
    fetch(at(0));
    EXPECT_EQ(source_->head(), Cursor(at(2)));
    org_.answers.push_back(org_.events(2, 1, at(9)));

    fetch(at(7));

    EXPECT_EQ(source_->head(), Cursor(at(9)));
}

TEST_F(TenantSourceTest, NowIsTheOrgsClock) {
    source();
    authorizer_.ahead = minutes(7);

    EXPECT_EQ(okta_now().value(), clock_.utc_now() + minutes(7));
}

TEST_F(TenantSourceTest, NowNeedsAToken) {
    source();
    authorizer_.trouble = Error(ErrorKind::unauthorized, "the secret is wrong");

    EXPECT_EQ(okta_now().error().kind(), ErrorKind::unauthorized);
}

TEST_F(TenantSourceTest, StopEndsTheWait) {
    source();
    std::stop_source mine;
    const auto got = fetch(at(0), mine.get_token());

    mine.request_stop();
    poll();

    ASSERT_TRUE(got->done);
    EXPECT_EQ(got->page.error().kind(), ErrorKind::stopped);
}

TEST_F(TenantSourceTest, NobodyWaitsNobodyAsks) {
    source();
    std::stop_source mine;
    fetch(at(0), mine.get_token());
    mine.request_stop();
    poll();
    const auto asked = org_.asked.size();

    pass(minutes(5));

    EXPECT_LE(org_.asked.size(), asked + 1);
}

}  // namespace
}  // namespace oktail
