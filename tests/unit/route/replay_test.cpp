#include "route/replay.hpp"
#include "core/time_text.hpp"
#include "route/dead_letter.hpp"
#include "support/route_run.hpp"
#include "support/sample_checkpoint.hpp"
#include "support/whole_file.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace oktail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string event(int number, const std::string& more = "") {
    return R"({"uuid":"00000000-0000-0000-0000-00000000000)" + std::to_string(number) +
           R"(","published":"2026-01-05T08:14:27.361Z","more":")" + more + "\"}";
}

std::string line(const std::string& event) { return dead_letter_line(DeadLetter(UtcTime{}, "no", event)); }

TEST(LettersPage, IsMadeOfTheEventsInTheirOrder) {
    PageSlicer page_slicer;
    const std::string first = line(event(1));
    const std::string second = line(event(2));

    const LettersPage page = letters_page(first + second, 1000, 1000, page_slicer);

    EXPECT_EQ(page.body, '[' + event(1) + ',' + event(2) + ']');
    ASSERT_EQ(page.lines.size(), 2U);
    EXPECT_EQ(page.lines[1].begin, 1000 + first.size());
    EXPECT_EQ(page.lines[1].end, 1000 + first.size() + second.size());
    EXPECT_TRUE(page.unfit.empty());
}

TEST(LettersPage, LeavesWhatIsNoEventForASink) {
    PageSlicer page_slicer;
    const std::string text = line("{\"a\":\"\xff\"}") + line("{},{}") + line("}") + line(event(1, std::string(1000, 'x'))) +
                             line(event(2)) + "{\"time\":\"1970";

    const LettersPage page = letters_page(text, 0, 1000, page_slicer);

    EXPECT_EQ(page.body, '[' + event(2) + ']');
    ASSERT_EQ(page.unfit.size(), 5U);
    EXPECT_EQ(page.unfit.back().end, text.size());
}

class ReplayTest : public testing::Test {
protected:
    ReplayTest() { run_.max_event = 1000; }

    void set_aside(const std::vector<std::string>& events) {
        std::filesystem::create_directories(file_.parent_path());
        for (const std::string& event : events) std::ofstream(file_, std::ios::app) << line(event);
    }
    Replayed replay(std::stop_token stop = {}) {
        auto future = asio::co_spawn(run_.io, all(std::move(stop)), asio::use_future);
        run_.io.restart();
        run_.io.run();
        return future.get();
    }
    asio::awaitable<Replayed> all(std::stop_token stop) {
        auto writer = co_await run_.sink.open(run_.id, {});
        Replay replay(run_.id, run_.max_event, run_.dead_letters, page_slicer_, **writer, run_.clock);
        const auto done = co_await replay.run(sample_checkpoint(7), std::move(stop));
        at_ = replay.checkpoint();
        co_return done;
    }
    std::string left() const { return whole_file(file_); }

    TempDir dir_;
    MemoryCheckpoints::Disk disk_;
    Destination destination_;
    RouteRun run_{disk_, destination_, dir_, 0, 1};
    PageSlicer page_slicer_;
    std::filesystem::path file_ = dir_ / "dead-letters" / "acme" / "archive.ndjson";
    Checkpoint at_;
};

TEST_F(ReplayTest, WhatTheSinkTakesNowIsNoLetterAnyMore) {
    set_aside({event(1), event(2)});

    const Replayed done = replay();

    EXPECT_EQ(done.delivered, 2U);
    EXPECT_EQ(done.bytes, event(1).size() + event(2).size());
    EXPECT_EQ(done.refused, 0U);
    EXPECT_FALSE(done.ended);
    EXPECT_THAT(destination_.events, ElementsAre(event(1), event(2)));
    EXPECT_FALSE(std::filesystem::exists(file_));
    EXPECT_EQ(at_.seq, 7U);
}

TEST_F(ReplayTest, WhatIsRefusedAgainStays) {
    set_aside({event(1), "no event", event(2), event(3)});
    run_.sink.refused.insert(event(2));

    const Replayed done = replay();

    EXPECT_EQ(done.delivered, 2U);
    EXPECT_EQ(done.refused, 2U);
    EXPECT_FALSE(done.ended);
    EXPECT_THAT(destination_.events, ElementsAre(event(1), event(3)));
    EXPECT_EQ(left(), line("no event") + line(event(2)));
}

TEST_F(ReplayTest, TroubleLeavesTheRestForAnotherTime) {
    set_aside({event(1), event(2), event(3)});
    run_.sink.at_most = 1;

    const Replayed done = replay();

    EXPECT_EQ(done.delivered, 1U);
    ASSERT_TRUE(done.ended);
    EXPECT_EQ(done.ended->kind(), ErrorKind::transient);
    EXPECT_EQ(left(), line(event(2)) + line(event(3)));

    run_.sink.at_most = 10;
    EXPECT_EQ(replay().delivered, 2U);
    EXPECT_THAT(destination_.events, ElementsAre(event(1), event(2), event(3)));
}

TEST_F(ReplayTest, WhatIsNotReachedStaysWhereItIs) {
    const std::string large(900, 'x');
    for (int i = 0; i < 5'000; ++i) set_aside({event(i % 10, large)});  // more than one piece of the file
    const auto before = std::filesystem::file_size(file_);
    run_.sink.errors = {Error(ErrorKind::transient, "not now")};

    EXPECT_EQ(replay().delivered, 0U);
    EXPECT_EQ(std::filesystem::file_size(file_), before);

    run_.sink.at_most = 100;
    EXPECT_EQ(replay().delivered, 100U);
    EXPECT_EQ(std::filesystem::file_size(file_), before - 100 * line(event(0, large)).size());
}

TEST_F(ReplayTest, SinkThatSavesCheckpointsGetsTheRoutesOwn) {
    set_aside({event(1)});
    run_.sink.saves_with = &run_.checkpoints;

    EXPECT_EQ(replay().delivered, 1U);

    Checkpoint expected = sample_checkpoint(7);
    expected.seq = 8;
    EXPECT_EQ(at_, expected);
    EXPECT_EQ(disk_.at(run_.id), expected);
}

TEST_F(ReplayTest, StopEndsItBeforeTheNextPage) {
    set_aside({event(1)});
    std::stop_source stop;
    stop.request_stop();

    const Replayed done = replay(stop.get_token());

    EXPECT_EQ(done.delivered, 0U);
    ASSERT_TRUE(done.ended);
    EXPECT_EQ(done.ended->kind(), ErrorKind::stopped);
    EXPECT_EQ(left(), line(event(1)));
}

TEST_F(ReplayTest, WithoutLettersThereIsNothingToDo) {
    const Replayed done = replay();

    EXPECT_EQ(done.delivered, 0U);
    EXPECT_FALSE(done.ended);
    EXPECT_EQ(run_.sink.writes, 0);
}

}  // namespace
}  // namespace oktail
