#include "core/log.hpp"
#include "sink/file/file_work.hpp"
#include "unit/sink/file/file_sink_life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace oktail {
namespace {

constexpr std::size_t events_of_a_tenant = 7;

/// Where a run of the process is killed, and what the crash takes.
struct Crash {
    int step = Fuse::never;
    Tear tear = Tear::nothing;
    Loss loss = Loss::nothing;
};

void a_second_passes(FileSinkLife& life) { life.pass(std::chrono::milliseconds(1'100)); }
/// Long enough for finished files to be packed, and for their readers to have finished.
void minutes_pass(FileSinkLife& life) { life.pass(std::chrono::minutes(11)); }

/// Two tenants, one file; pages have another size in every life. Returns how many steps the life had, and in its recovery.
std::pair<int, int> live(FileSinkWorld& world, const Crash& crash, Loss loss, std::size_t page) {
    Fuse fuse(crash.step, crash.tear);
    int recovery = 0;
    {
        FileSinkLife life(world, fuse, loss);
        life.recover();
        recovery = fuse.steps();
        const auto passes = world.rotate.has_work_left() ? minutes_pass : a_second_passes;
        life.deliver("acme", events_of_a_tenant, page, passes);
        life.deliver("globex", events_of_a_tenant, page, passes);
        life.run();
        for (int i = 0; i < 3 && world.rotate.has_work_left() && !fuse.is_dead(); ++i) {
            minutes_pass(life);
            life.run_for_a_moment(std::chrono::milliseconds(4));
        }
    }
    return {fuse.steps(), recovery};
}

/// Every event once, in order, whole; nothing else; and what a reader saw is still there.
std::string violation(const FileSinkWorld& world) {
    std::map<std::string, std::size_t> next;
    for (const std::string& line : world.lines()) {
        const std::string tenant = line.find("acme") != std::string::npos ? "acme" : "globex";
        if (line != FileSinkWorld::event(tenant, next[tenant])) return "unexpected line: " + line;
        ++next[tenant];
    }
    for (const std::string tenant : {"acme", "globex"})
        if (next[tenant] != events_of_a_tenant) return "lost events of " + tenant;
    for (const auto& [path, seen] : world.disk.seen())
        if (path.ends_with(".ndjson") && !world.content(path).starts_with(seen)) return "a reader saw other bytes in " + path;
    if (!world.state->redo.empty()) return "promises are left over";
    return {};
}

/// Lives that end in these crashes, then one that does not.
std::string outcome_of(const std::vector<Crash>& crashes, Fsync fsync, Rotation rotate = {}) {
    FileSinkWorld world;
    world.fsync = fsync;
    world.rotate = rotate;
    std::size_t page = 2;
    Loss loss = Loss::nothing;
    for (const Crash& crash : crashes) {
        live(world, crash, loss, page++);
        loss = crash.loss;
    }
    live(world, Crash(), loss, page);
    const std::string wrong = violation(world);
    if (wrong.empty()) return {};
    std::ostringstream out;
    for (const Crash& crash : crashes)
        out << "step " << crash.step << " tear " << static_cast<int>(crash.tear) << " loss " << static_cast<int>(crash.loss)
            << "; ";
    for (const std::string& path : world.disk.paths()) out << "\n" << path << ":\n" << world.disk.content(path);
    return out.str() + wrong;
}

constexpr Loss all_losses[] = {Loss::nothing, Loss::everything, Loss::new_names,
                               Loss::content, Loss::zeros,      Loss::every_second};
constexpr Tear all_tears[] = {Tear::nothing, Tear::one_byte, Tear::half, Tear::all_but_the_last};

class FileSinkCrash : public testing::TestWithParam<Fsync> {
protected:
    int steps_of_a_life() {
        FileSinkWorld world;
        world.fsync = GetParam();
        return live(world, Crash(), Loss::nothing, 2).first;
    }
    int steps_of_recovery_after(const Crash& crash) {
        FileSinkWorld world;
        world.fsync = GetParam();
        live(world, crash, Loss::nothing, 2);
        return live(world, Crash(), crash.loss, 3).second;
    }

    void SetUp() override { log::setup("error", false); }
};

TEST_P(FileSinkCrash, NothingIsLostOrRepeatedWhateverTheStep) {
    const int steps = steps_of_a_life();
    ASSERT_GT(steps, 15);

    for (int step = 1; step <= steps; ++step)
        for (const Tear tear : all_tears)
            for (const Loss loss : all_losses) EXPECT_EQ(outcome_of({{step, tear, loss}}, GetParam()), "");
}

TEST_P(FileSinkCrash, NorInsideTheRecoveryThreeDeep) {
    const int steps = steps_of_a_life();

    for (int first = 1; first <= steps; ++first) {
        const Crash one{first, Tear::half, first % 2 == 0 ? Loss::nothing : Loss::zeros};
        const int recovery = steps_of_recovery_after(one) + 2;
        for (int second = 1; second <= recovery; ++second)
            for (int third = 1; third <= recovery; ++third) {
                const Crash two{second, Tear::one_byte, third % 2 == 0 ? Loss::nothing : Loss::every_second};
                const Crash three{third, Tear::all_but_the_last, second % 2 == 0 ? Loss::everything : Loss::nothing};
                EXPECT_EQ(outcome_of({one, two, three}, GetParam()), "");
            }
    }
}

INSTANTIATE_TEST_SUITE_P(Fsync, FileSinkCrash, testing::Values(Fsync::every_second, Fsync::page),
                         [](const auto& info) { return info.param == Fsync::page ? "page" : "every_second"; });

/// Every file is small, and packed as soon as it is finished.
TEST(FileSinkRotationCrash, NothingIsLostOrRepeatedWhileFilesArePacked) {
    log::setup("error", false);
    const Rotation rotate{.size = 100, .compress = Packing::zstd, .keep = std::chrono::hours(24)};
    FileSinkWorld whole;
    whole.rotate = rotate;
    const int steps = live(whole, Crash(), Loss::nothing, 2).first;
    ASSERT_GT(steps, 50);
    ASSERT_EQ(violation(whole), "");

    for (int step = 1; step <= steps; ++step)
        for (const Loss loss : {Loss::nothing, Loss::everything, Loss::new_names, Loss::zeros}) {
            const Crash one{step, Tear::half, loss};
            const Crash two{step % 13 + 1, Tear::one_byte, loss == Loss::nothing ? Loss::content : Loss::nothing};
            EXPECT_EQ(outcome_of({one}, Fsync::every_second, rotate), "");
            EXPECT_EQ(outcome_of({one, two}, Fsync::every_second, rotate), "");
        }
}

class AtLeastOnceCrash : public testing::TestWithParam<std::tuple<Fsync, Loss>> {};

TEST_P(AtLeastOnceCrash, NothingIsLostAndAPageAtMostRepeated) {
    log::setup("error", false);
    constexpr std::size_t events = 7;
    constexpr std::size_t page = 2;
    constexpr int more_steps_than_there_are = 25;
    const auto [fsync, loss] = GetParam();
    for (int step = 1; step < more_steps_than_there_are; ++step)
        for (const Tear tear : {Tear::nothing, Tear::one_byte, Tear::half, Tear::all_but_the_last}) {
            FileSinkWorld world;
            world.delivery = Delivery::at_least_once;
            world.fsync = fsync;
            Fuse first(step, tear);
            Fuse second;
            {
                FileSinkLife life(world, first);
                life.deliver("acme", events, page);
                life.run();
            }
            {
                FileSinkLife life(world, second, loss);
                life.deliver("acme", events, page);
                EXPECT_TRUE(life.run());
            }

            const auto lines = world.lines();
            for (std::size_t n = 0; n < events; ++n)
                EXPECT_THAT(lines, testing::Contains(FileSinkWorld::event("acme", n))) << "step " << step;
            EXPECT_LE(lines.size(), events + page + 1) << "step " << step;
            EXPECT_FALSE(lines.back().ends_with("(torn)"));
        }
}

INSTANTIATE_TEST_SUITE_P(Kill, AtLeastOnceCrash,
                         testing::Combine(testing::Values(Fsync::page, Fsync::every_second, Fsync::never),
                                          testing::Values(Loss::nothing)));
INSTANTIATE_TEST_SUITE_P(PowerCut, AtLeastOnceCrash,
                         testing::Combine(testing::Values(Fsync::page, Fsync::every_second),
                                          testing::Values(Loss::everything, Loss::content)));

TEST(FileSinkBase, IsOnDiskWhereverItsMakerWasKilled) {
    for (int step = 1; step <= 6; ++step) {
        FakeDisk disk;
        Fuse killed(step);
        Fuse again;
        disk.boot(killed, Loss::nothing);
        static_cast<void>(make_base(disk, "/log/okta/eu/"));

        disk.boot(again, Loss::nothing);
        EXPECT_TRUE(make_base(disk, "/log/okta/eu/"));

        disk.boot(again, Loss::everything);
        EXPECT_TRUE(disk.look("/log/okta").value()) << "killed at step " << step;
        EXPECT_TRUE(disk.look("/log/okta/eu").value()) << "killed at step " << step;
    }
}

}  // namespace
}  // namespace oktail
