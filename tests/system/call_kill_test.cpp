// The real program dies at a system call of our choice: before it, after it, or with half a write. Then again in the recovery,
// and again in that one's recovery. Every kind of call that it makes is killed at; OKTAIL_CALL_KILLS=all: every single one.

#include "compression/packer.hpp"
#include "support/daemon_process.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How often a run makes each kind of call, such as "pwrite .ndjson".
using Census = std::map<std::string, int>;

/// Where to die.
struct Death {
    std::string kind;
    int nth = 0;
    std::string way = "before";
};

bool is_in_packing(const Death& death) { return death.kind.ends_with(".unfinished") || death.kind.ends_with(".zst"); }

const std::vector<std::string> orgs{"acme.okta.com", "globex.okta.com"};

/// Two tenants, one file that ends after each few pages, packed; small enough for hundreds of lives.
class World {
public:
    World() {
        daemon_.state_dir = disk() / "state";
        daemon_.sink = {"type: file", "path: " + (disk() / "out/all.ndjson").string(), "fsync: page",
                        "rotate: {size: 16KiB, compress: zstd}"};
        for (const std::string& org : orgs) daemon_.add_tenant(org);
        std::filesystem::create_directories(daemon_.state_dir);
        std::filesystem::permissions(daemon_.state_dir, std::filesystem::perms::owner_all);
    }

    void emit() {
        for (const std::string& org : orgs) simulator_.control("POST", "/emit?org=" + org + "&count=15");
    }
    /// A life until it is killed there; if it does not come to that, until all is delivered, what was finished before is
    /// packed, and it has stopped. What it died at.
    std::string live(const Death& death, milliseconds patience_with_packing) {
        daemon_.launcher = {OKTAIL_BIN_DIR "/call_killer", disk(),   report(), death.kind.empty() ? "none" : death.kind,
                            std::to_string(death.nth),     death.way};
        const std::size_t all = truth_size();
        const auto finished = finished_files();
        daemon_.start();
        const auto is_over = [&] { return !daemon_.process().running(); };
        const auto runs = [&] { return daemon_.log().find("oktail runs") != std::string::npos; };
        bool over = eventually(seconds(30), [&] { return is_over() || (runs() && delivered().size() >= all); });
        // A file that a killed life made, and no more, is no successor yet: then the one before it is not finished.
        eventually(patience_with_packing, [&] { return is_over() || are_packed(finished); });
        daemon_.process().signal(SIGTERM);
        over = over && eventually(seconds(30), is_over);
        EXPECT_TRUE(over) << "it hangs:\n" << daemon_.log();
        if (!over) daemon_.kill();
        look();
        std::ifstream lines(report());
        std::string last;
        for (std::string line; std::getline(lines, line); last = line)
            if (!last.empty()) last_census_[last.substr(last.find(' ') + 1)] = std::stoi(last);
        return last;
    }
    std::string live(const Death& death) { return live(death, is_in_packing(death) ? milliseconds(3'000) : milliseconds(300)); }
    Census census() {
        last_census_.clear();
        live({}, seconds(20));
        return last_census_;
    }
    /// What is wrong, for a person.
    std::string wrong() {
        const auto there = delivered();
        std::string what = changed_;
        std::size_t total = 0;
        for (const std::string& org : orgs) {
            const auto truth = simulator_.truth(org);
            what += differences(of_org(there, truth), truth);
            total += truth.size();
        }
        if (there.size() != total) what += "lines: " + std::to_string(there.size()) + " of " + std::to_string(total);
        for (const auto& entry : std::filesystem::directory_iterator(disk() / "out")) {
            const auto& path = entry.path();
            if (path.extension() == ".ndjson" && !whole_file(path).ends_with('\n')) what += "torn: " + path.string();
            if (path.extension() != ".zst") continue;
            std::string text;
            const auto unpacker = make_unpacker(PackFormat::zstd);
            const bool whole = unpacker->unpack(whole_file(path), text) && unpacker->is_whole();
            if (!whole || text != whole_file(std::filesystem::path(path).replace_extension()))
                what += "packed: " + path.string();
        }
        return what;
    }
    std::string log() const { return daemon_.log(); }

private:
    std::filesystem::path disk() const { return dir_ / "disk"; }
    std::string report() const { return dir_ / "report"; }
    std::vector<SimulatorProcess::Event> delivered() const { return delivered_below(disk() / "out"); }
    std::size_t truth_size() const {
        std::size_t all = 0;
        for (const std::string& org : orgs) all += simulator_.truth(org).size();
        return all;
    }
    /// All but the one with the highest number.
    std::vector<std::filesystem::path> finished_files() const {
        std::map<int, std::filesystem::path> files;
        if (!std::filesystem::exists(disk() / "out")) return {};
        for (const auto& entry : std::filesystem::directory_iterator(disk() / "out")) {
            const auto name = entry.path().filename().string();
            if (!name.ends_with(".ndjson")) continue;
            files[name == "all.ndjson" ? 0 : std::stoi(name.substr(4))] = entry.path();
        }
        if (!files.empty()) files.erase(std::prev(files.end()));
        std::vector<std::filesystem::path> paths;
        for (auto& [number, path] : files) paths.push_back(std::move(path));
        return paths;
    }
    static bool are_packed(const std::vector<std::filesystem::path>& files) {
        return std::ranges::all_of(files, [](const auto& file) { return std::filesystem::exists(file.string() + ".zst"); });
    }
    /// As a reader does between two lives: up to the last line end, what it saw before must still be there.
    void look() {
        if (!std::filesystem::exists(disk() / "out")) return;
        for (const auto& entry : std::filesystem::directory_iterator(disk() / "out")) {
            if (entry.path().extension() != ".ndjson" || entry.path().filename().string().front() == '.') continue;
            std::string now = whole_file(entry.path());
            now.resize(now.rfind('\n') + 1);
            std::string& before = seen_[entry.path().filename().string()];
            if (!now.starts_with(before)) changed_ += "a reader saw other bytes in " + entry.path().string() + '\n';
            before = std::move(now);
        }
    }

    TempDir dir_;
    SimulatorProcess simulator_{dir_ / "simulator",
                                {orgs[0] + ",rate=0,backlog=15,limit=1000000", orgs[1] + ",rate=0,backlog=15,limit=1000000"}};
    DaemonProcess daemon_{dir_.path(), simulator_};
    Census last_census_;
    std::map<std::string, std::string> seen_;
    std::string changed_;
};

bool is_write(const std::string& kind) { return kind.find("write ") != std::string::npos; }

/// A sample: every kind of call in turn, somewhere among its calls, in one of the ways.
std::vector<Death> some(const Census& census, std::size_t count, std::mt19937& random) {
    std::vector<Death> deaths;
    while (deaths.size() < count)
        for (const auto& [kind, times] : census) {
            const int nth = std::uniform_int_distribution<int>(1, times)(random);
            const unsigned way = std::uniform_int_distribution<unsigned>(0, is_write(kind) ? 3 : 1)(random);
            deaths.push_back({kind, nth, way == 0 ? "before" : way == 1 ? "after" : "torn"});
        }
    std::ranges::shuffle(deaths, random);
    return deaths;
}

std::vector<Death> all(const Census& census) {
    std::vector<Death> deaths;
    for (const auto& [kind, times] : census)
        for (int nth = 1; nth <= times; ++nth)
            for (const char* way : {"before", "after", "torn"})
                if (way != std::string_view("torn") || is_write(kind)) deaths.push_back({kind, nth, way});
    return deaths;
}

/// Rounds of three deaths in a row and a life that ends well, and what came of them.
class Rounds {
public:
    explicit Rounds(std::mt19937& random) : random_(random) {}

    /// What is wrong afterwards.
    std::string run(const Death& first, const Census& census) {
        constexpr int rounds_of_a_world = 12;  // files grow, and are read again and again
        if (rounds_++ % rounds_of_a_world == 0) world_ = std::make_unique<World>();
        std::vector<Death> deaths = some(census, 2, random_);
        deaths.resize(2);
        // A recovery makes few calls of a kind: near its beginning.
        for (Death& death : deaths) death.nth = (death.nth - 1) % 4 + 1;
        deaths.insert(deaths.begin(), first);

        world_->emit();
        if (is_in_packing(first)) {
            world_->live({}, milliseconds(0));  // leaves a finished file
            world_->emit();
        }
        std::string story;
        int deep = 0;
        for (const Death& death : deaths) {
            const bool met = !world_->live(death).empty();
            story += death.way + ' ' + death.kind + ' ' + std::to_string(death.nth) + (met ? "; " : " (not met); ");
            if (!met) continue;
            ++deep;
            ++killed_[death.kind];
            ++ways_[death.way];
        }
        ++depths_[deep];
        world_->live({});
        const std::string wrong = world_->wrong();
        return wrong.empty() ? "" : "killed " + story + '\n' + wrong + '\n' + world_->log();
    }
    int killed_at(const std::string& kind) { return killed_[kind]; }
    int kills() const {
        int all = 0;
        for (const auto& [way, times] : ways_) all += times;
        return all;
    }
    void print() {
        for (const auto& [kind, times] : killed_) std::printf("%5d %s\n", times, kind.c_str());
        std::printf("%d kills: %d before, %d after, %d torn; in a row three times %d, twice %d, once %d\n", kills(),
                    ways_["before"], ways_["after"], ways_["torn"], depths_[3], depths_[2], depths_[1]);
    }

private:
    std::mt19937& random_;
    std::unique_ptr<World> world_;
    int rounds_ = 0;
    Census killed_;
    std::map<std::string, int> ways_;
    std::map<int, int> depths_;
};

/// Of a life that also packs what those before it have finished.
Census census_of_a_life() {
    World world;
    world.live({});
    world.emit();
    world.live({});
    world.emit();
    return world.census();
}

TEST(CallKillTest, EveryEventIsThereOnceWhereverItIsKilled) {
#ifndef __x86_64__
    GTEST_SKIP() << "call_killer knows the registers of x86-64 only";
#endif
    constexpr std::size_t sample = 70;
    const char* how_many = std::getenv("OKTAIL_CALL_KILLS");
    const bool every_one = how_many != nullptr && std::string_view(how_many) == "all";
    std::mt19937 random(seed());
    const Census census = census_of_a_life();
    ASSERT_TRUE(census.contains("rename .zst")) << "it packs nothing";

    Rounds rounds(random);
    const std::vector<Death> first = every_one ? all(census) : some(census, sample, random);
    for (const Death& death : first) ASSERT_EQ(rounds.run(death, census), "");
    // What one life does another may not come to; every kind has its turn.
    for (const auto& [kind, times] : census)
        for (int i = 0; i < 20 && rounds.killed_at(kind) == 0; ++i) ASSERT_EQ(rounds.run({kind, 1, "after"}, census), "");

    rounds.print();
    EXPECT_GE(rounds.kills(), 150);
    for (const auto& [kind, times] : census) EXPECT_GT(rounds.killed_at(kind), 0) << "never killed at " << kind;
}

}  // namespace
}  // namespace oktail
