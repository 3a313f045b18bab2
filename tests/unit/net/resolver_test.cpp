#include "net/resolver.hpp"

#include "core/task_group.hpp"
#include "support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <latch>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace oktail {
namespace {

using std::chrono::seconds;

Resolver::Addresses one_address(const char* text) { return {asio::ip::make_address(text)}; }

/// The system's resolver, played by the test.
class ScriptedLookUp {
public:
    /// What the next look-ups find; an error unless set.
    void finds(Result<Resolver::Addresses> answer) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
    }
    /// Makes look-ups hang until this is counted down.
    void hangs_on(std::latch& latch) {
        const std::lock_guard lock(mutex_);
        latch_ = &latch;
    }
    int calls() const { return calls_; }

    Result<Resolver::Addresses> operator()(const std::string&) {
        ++calls_;
        std::latch* latch = nullptr;
        {
            const std::lock_guard lock(mutex_);
            latch = latch_;
        }
        if (latch) latch->wait();
        const std::lock_guard lock(mutex_);
        return answer_;
    }

private:
    std::mutex mutex_;
    Result<Resolver::Addresses> answer_ = Error(ErrorKind::transient, "no such name");
    std::latch* latch_ = nullptr;
    std::atomic<int> calls_{0};
};

class ResolverTest : public testing::Test {
protected:
    using Answer = std::optional<Result<Resolver::Addresses>>;

    void ask(std::string host, Answer& answer) { tasks_.spawn(resolve(std::move(host), answer)); }
    asio::awaitable<void> resolve(std::string host, Answer& answer) {
        auto got = co_await resolver_.resolve(std::move(host), stop_.get_token());
        answer.emplace(std::move(got));
    }
    /// Runs until every question has its answer.
    void run() {
        io_.restart();
        while (!tasks_.empty()) io_.run_one();
    }
    void poll() {
        io_.restart();
        io_.poll();
    }
    Result<Resolver::Addresses> ask(std::string host) {
        Answer answer;
        ask(std::move(host), answer);
        run();
        return *answer;
    }

    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    ManualClock clock_;
    std::latch hung_{1};
    ScriptedLookUp look_up_;
    std::stop_source stop_;
    Resolver resolver_{clock_, [this](const std::string& host) { return look_up_(host); }, 4};
    TaskGroup tasks_{io_.get_executor()};
};

TEST_F(ResolverTest, LiteralsNeedNoLookUp) {
    EXPECT_EQ(ask("192.0.2.7").value(), one_address("192.0.2.7"));
    EXPECT_EQ(ask("2001:db8::7").value(), one_address("2001:db8::7"));
    EXPECT_EQ(look_up_.calls(), 0);
}

TEST_F(ResolverTest, AnswersAreKeptForAMinute) {
    look_up_.finds(one_address("192.0.2.1"));
    EXPECT_EQ(ask("acme.okta.com").value(), one_address("192.0.2.1"));

    look_up_.finds(one_address("192.0.2.2"));
    clock_.advance(seconds(59));
    EXPECT_EQ(ask("acme.okta.com").value(), one_address("192.0.2.1"));

    clock_.advance(seconds(2));
    EXPECT_EQ(ask("acme.okta.com").value(), one_address("192.0.2.2"));
    EXPECT_EQ(look_up_.calls(), 2);
}

TEST_F(ResolverTest, DoubtedAnswerIsNotKept) {
    look_up_.finds(one_address("192.0.2.1"));
    EXPECT_TRUE(ask("acme.okta.com"));

    resolver_.doubt("acme.okta.com");
    resolver_.doubt("never-heard-of.okta.com");
    look_up_.finds(one_address("192.0.2.2"));

    EXPECT_EQ(ask("acme.okta.com").value(), one_address("192.0.2.2"));
}

TEST_F(ResolverTest, LookUpThatHangsIsLeftBehind) {
    const auto begun = std::make_shared<std::latch>(1);
    const auto mended = std::make_shared<std::latch>(1);
    {
        Resolver resolver(clock_, [begun, mended](const std::string&) -> Result<Resolver::Addresses> {
            begun->count_down();
            mended->wait();
            return one_address("192.0.2.1");
        });
        Answer answer;
        tasks_.spawn([](Resolver& from, std::stop_token stop, Answer& to) -> asio::awaitable<void> {
            auto got = co_await from.resolve("acme.okta.com", std::move(stop));
            to.emplace(std::move(got));
        }(resolver, stop_.get_token(), answer));
        poll();
        begun->wait();
        stop_.request_stop();
        run();
        ASSERT_TRUE(answer);
    }

    EXPECT_TRUE(is_anything_left_behind());
    mended->count_down();
    while (is_anything_left_behind()) std::this_thread::yield();
}

TEST_F(ResolverTest, LastGoodAddressesSurviveAFailure) {
    look_up_.finds(one_address("192.0.2.1"));
    EXPECT_TRUE(ask("acme.okta.com"));

    look_up_.finds(Error(ErrorKind::transient, "server failure"));
    clock_.advance(std::chrono::hours(2));

    EXPECT_EQ(ask("acme.okta.com").value(), one_address("192.0.2.1"));
    EXPECT_EQ(look_up_.calls(), 2);
}

TEST_F(ResolverTest, FailureNamesTheHostAndIsNotKept) {
    const auto failed = ask("acme.okta.com");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().what(), "resolving acme.okta.com: no such name");
    EXPECT_EQ(failed.error().kind(), ErrorKind::transient);

    look_up_.finds(one_address("192.0.2.1"));
    EXPECT_TRUE(ask("acme.okta.com"));
}

TEST_F(ResolverTest, SlowLookUpIsAbandonedAndItsAnswerStillUsed) {
    look_up_.hangs_on(hung_);
    Answer answer;
    ask("slow.okta.com", answer);
    poll();

    clock_.advance(seconds(5));
    run();

    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error().what(), "resolving slow.okta.com: timed out");

    look_up_.finds(one_address("192.0.2.1"));
    Answer later;
    ask("slow.okta.com", later);
    poll();
    hung_.count_down();
    run();

    EXPECT_EQ(later->value(), one_address("192.0.2.1"));
    EXPECT_EQ(look_up_.calls(), 1);
}

TEST_F(ResolverTest, SlowLookUpFallsBackToTheLastGoodAddresses) {
    look_up_.finds(one_address("192.0.2.1"));
    EXPECT_TRUE(ask("acme.okta.com"));
    look_up_.hangs_on(hung_);
    clock_.advance(seconds(61));
    Answer answer;
    ask("acme.okta.com", answer);
    poll();

    clock_.advance(seconds(5));
    run();
    hung_.count_down();

    EXPECT_EQ(answer->value(), one_address("192.0.2.1"));
}

TEST_F(ResolverTest, NamesThatNeverResolveHoldUpNobodyElse) {
    constexpr unsigned threads = 20;
    std::latch begun(threads);
    std::latch first_ended(1);
    std::latch all_free(threads);
    std::latch second_ended(1);
    std::atomic<bool> again = false;
    Resolver resolver(
        clock_,
        [&](const std::string& host) -> Result<Resolver::Addresses> {
            if (host.starts_with("gate")) all_free.arrive_and_wait();
            if (!host.starts_with("dead")) return one_address("192.0.2.1");
            if (again) {
                second_ended.wait();
            } else {
                begun.count_down();
                first_ended.wait();
            }
            return Error(ErrorKind::transient, "timed out");
        },
        threads);
    std::list<Answer> answers;
    const auto ask_all = [&](const std::string& kind) {
        for (unsigned i = 0; i < threads; ++i)
            tasks_.spawn([](Resolver& of, std::string name, Answer& to, std::stop_token stop) -> asio::awaitable<void> {
                auto got = co_await of.resolve(std::move(name), stop);
                to.emplace(std::move(got));
            }(resolver, kind + std::to_string(i), answers.emplace_back(), stop_.get_token()));
        poll();
    };
    ask_all("dead");
    begun.wait();
    clock_.advance(seconds(6));
    run();
    first_ended.count_down();
    ask_all("gate");
    run();

    // Now they are known, and as many as there are threads are nothing to the others.
    again = true;
    ask_all("dead");
    const auto good = std::prev(answers.end());
    ask_all("good");
    const auto has_come = [&] { return std::all_of(std::next(good), answers.end(), [](const Answer& of) { return !!of; }); };
    while (!has_come() && io_.run_one_for(seconds(20)) != 0) continue;

    EXPECT_TRUE(has_come());
    second_ended.count_down();
    clock_.advance(seconds(6));
    run();
}

TEST_F(ResolverTest, ManyAskersShareOneLookUp) {
    look_up_.hangs_on(hung_);
    look_up_.finds(one_address("192.0.2.1"));
    std::vector<Answer> answers(50);
    for (Answer& answer : answers) ask("acme.okta.com", answer);
    poll();

    hung_.count_down();
    run();

    for (const Answer& answer : answers) EXPECT_EQ(answer->value(), one_address("192.0.2.1"));
    EXPECT_EQ(look_up_.calls(), 1);
}

TEST_F(ResolverTest, StopEndsTheWait) {
    look_up_.hangs_on(hung_);
    Answer answer;
    ask("acme.okta.com", answer);
    poll();

    stop_.request_stop();
    run();
    hung_.count_down();

    EXPECT_EQ(answer->error().kind(), ErrorKind::stopped);
}

TEST(SystemLookUp, KnowsLocalhost) {
    const auto found = Resolver::look_up_by_system("localhost");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->front().is_loopback());
}

}  // namespace
}  // namespace oktail
