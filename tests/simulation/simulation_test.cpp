// The daemon's core and the simulator on one thread, on a clock that leaps: an hour of trouble of every kind, drawn from a
// seed. OKTAIL_SEED=n repeats one world, and tells what happens in it. The same worlds in every run, so that a change is what
// makes a difference; OKTAIL_SIMULATION_SEEDS=n draws n new ones.

#include "core/log.hpp"
#include "simulation/calamities.hpp"
#include "simulation/verdict.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace oktail {
namespace {

using namespace std::chrono_literals;

/// What came of a seed.
class Outcome {
public:
    std::uint64_t trace = 0;
    std::map<std::string, std::uint64_t> struck;
    std::vector<std::string> wrongs;
};

Outcome live_through(unsigned seed, bool is_told = false) {
    World world(seed);
    world.is_told = is_told;
    {
        Lives lives(world);
        for (const Calamity& calamity : draw_calamities(world, 45min)) {
            world.run_until(calamity.at);
            calamity.act(lives);
        }
        // Who was parked is tried again within the hour. Meanwhile the orgs are never quite silent.
        world.note("calm", "");
        for (int i = 0; i < 100; ++i) {
            for (const std::string& host : world.hosts) world.happens(host, 1s);
            world.run_until(world.clock.now() + 45s);
        }
        if (is_behind(world, 10)) world.wrong("a route is behind after an hour of calm");
        const SteadyTime patience = world.clock.now() + 2h;
        while (world.clock.now() < patience && !is_all_delivered(world)) world.run_until(world.clock.now() + 10s);
        world.run_until(world.clock.now() + 2min);
    }
    judge(world);
    for (const auto& [name, count] : world.okta.faults().struck()) world.struck["okta: " + std::string(name)] += count;
    return {world.trace, world.struck, world.wrongs};
}

#ifdef OKTAIL_FEW_WORLDS  // a sanitizer takes ten times as long
constexpr unsigned shares = 1;
constexpr unsigned in_every_run = 40;
#else
constexpr unsigned shares = 4;  // so that they run beside each other
constexpr unsigned in_every_run = 500;
#endif

class Seeds {
public:
    unsigned begin = 0;
    unsigned count = 0;
};

Seeds seeds_of_share(unsigned share) {
    const char* given = std::getenv("OKTAIL_SIMULATION_SEEDS");
    if (given) return {seed(), static_cast<unsigned>(std::strtoul(given, nullptr, 10)) / shares};
    return {1'000 * share, in_every_run / shares};
}

/// The log of a thousand lives would hide what matters.
class Simulation : public testing::TestWithParam<unsigned> {
protected:
    Simulation() {
        log::setup("error", false);
        if (std::getenv("OKTAIL_SEED")) return;
        std::fflush(stderr);
        kept_ = ::dup(STDERR_FILENO);
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDERR_FILENO);
        ::close(nowhere);
    }
    ~Simulation() override {
        log::setup("info", false);
        if (kept_ < 0) return;
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }

private:
    int kept_ = -1;
};

TEST_P(Simulation, NothingIsLostRepeatedOrReorderedWhateverHappens) {
    if (std::getenv("OKTAIL_SEED")) {
        for (const std::string& wrong : live_through(seed(), true).wrongs) ADD_FAILURE() << wrong;
        return;
    }
    const Seeds seeds = seeds_of_share(GetParam());
    const unsigned begin = seeds.begin;
    std::map<std::string, std::uint64_t> struck;
    for (unsigned n = 0; n < seeds.count; ++n) {
        const Outcome outcome = live_through(begin + n);
        for (const auto& [what, count] : outcome.struck) struck[what] += count;
        for (const std::string& wrong : outcome.wrongs) ADD_FAILURE() << "OKTAIL_SEED=" << begin + n << ": " << wrong;
        if (n % 10 == 0) {
            EXPECT_EQ(live_through(begin + n).trace, outcome.trace) << "OKTAIL_SEED=" << begin + n << " is not repeatable";
        }
    }

    if (seeds.count < 100) return;  // chance would have left one out
    for (const std::string& kind : kinds_of_calamities()) {
        std::printf("%8llu  %s\n", static_cast<unsigned long long>(struck[kind]), kind.c_str());
        EXPECT_NE(struck[kind], 0u) << kind << " never struck: nothing was proven about it";
    }
}

INSTANTIATE_TEST_SUITE_P(Share, Simulation, testing::Range(0U, shares));

}  // namespace
}  // namespace oktail
