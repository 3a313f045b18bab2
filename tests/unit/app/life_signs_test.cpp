#include "app/life_signs.hpp"

#include "core/shard.hpp"
#include "state/sqlite_store.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <latch>

namespace oktail {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

template <class Executor>
LifeSigns::Post to(Executor executor) {
    return [executor](std::function<void()> job) { asio::post(executor, std::move(job)); };
}

/// Two queues that work only when a test says so.
class LifeSignsTest : public testing::Test {
protected:
    LifeSignsTest() {
        signs_.watch("shard-0", to(shard_.get_executor()), seconds(10));
        signs_.watch("state", to(state_.get_executor()), seconds(120));
    }

    ManualClock clock_;
    asio::io_context shard_{1};
    asio::io_context state_{1};
    LifeSigns signs_{clock_};
};

TEST_F(LifeSignsTest, NobodyOwesAnAnswerBeforeAQuestion) {
    clock_.advance(seconds(1000));

    EXPECT_THAT(signs_.silent(), IsEmpty());
}

TEST_F(LifeSignsTest, EachHasAPatienceOfItsOwn) {
    signs_.ask();
    clock_.advance(seconds(9));
    EXPECT_THAT(signs_.silent(), IsEmpty());

    clock_.advance(seconds(1));
    EXPECT_THAT(signs_.silent(), ElementsAre("shard-0"));

    clock_.advance(seconds(110));
    EXPECT_THAT(signs_.silent(), ElementsAre("shard-0", "state"));
}

TEST_F(LifeSignsTest, WhoAnswersIsNotSilent) {
    signs_.ask();
    shard_.poll();

    clock_.advance(seconds(100));

    EXPECT_THAT(signs_.silent(), IsEmpty());
}

TEST_F(LifeSignsTest, AskingAgainDoesNotForgiveSilence) {
    signs_.ask();
    clock_.advance(seconds(9));
    signs_.ask();

    clock_.advance(seconds(1));

    EXPECT_THAT(signs_.silent(), ElementsAre("shard-0"));
    EXPECT_EQ(shard_.poll(), 1u);
}

TEST_F(LifeSignsTest, LateAnswerEndsTheSilence) {
    signs_.ask();
    clock_.advance(seconds(50));
    ASSERT_THAT(signs_.silent(), ElementsAre("shard-0"));

    shard_.poll();

    EXPECT_THAT(signs_.silent(), IsEmpty());
}

TEST(LifeSigns, BlockedThreadIsNamedAndOthersAreNot) {
    ManualClock clock;
    LifeSigns signs(clock);
    TempDir dir;
    auto state = SqliteStore::open(dir / "state").value();
    Shard working("shard-0");
    Shard blocked("shard-1");
    signs.watch("shard-0", to(working.executor()), seconds(10));
    signs.watch("shard-1", to(blocked.executor()), seconds(10));
    signs.watch("state", [&](std::function<void()> job) { state->post(std::move(job)); }, seconds(10));
    std::latch release(1);
    std::latch answered(2);
    asio::post(blocked.executor(), [&] { release.wait(); });

    signs.ask();
    asio::post(working.executor(), [&] { answered.count_down(); });
    state->post([&] { answered.count_down(); });
    answered.wait();
    clock.advance(seconds(10));

    EXPECT_THAT(signs.silent(), ElementsAre("shard-1"));
    release.count_down();
}

TEST(LifeSigns, AnswerMayComeWhenNobodyAsksAnyMore) {
    ManualClock clock;
    asio::io_context shard{1};
    {
        LifeSigns signs(clock);
        signs.watch("shard-0", to(shard.get_executor()), seconds(10));
        signs.ask();
    }

    EXPECT_EQ(shard.poll(), 1u);
}

}  // namespace
}  // namespace oktail
