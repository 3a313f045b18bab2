// The power of the real program's disk is cut at random moments: no event may be lost or repeated, and no byte that a reader
// saw may change.

#include "support/daemon_process.hpp"
#include "support/loop_disk.hpp"
#include "support/seed.hpp"
#include "support/temp_dir.hpp"
#include "support/whole_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int enough = 30;

/// OKTAIL_POWER_CUTS, for each file system.
int power_cuts() {
    const char* given = std::getenv("OKTAIL_POWER_CUTS");
    return given ? std::max(1, std::atoi(given)) : enough;
}

std::map<std::string, std::string> files_below(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    if (std::filesystem::exists(folder))
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.is_regular_file()) files[entry.path().lexically_relative(folder)] = whole_file(entry.path());
    return files;
}

/// Follows the files below a folder, as a log shipper does, and remembers every byte.
class Reader {
public:
    explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// What is wrong, for a person: each file must go on behind what was seen of it.
    std::string look() {
        auto now = files_below(folder_);
        std::string wrong;
        for (const auto& [name, before] : seen_) {
            const std::string& after = now[name];
            if (after.starts_with(before)) continue;
            const auto differs = std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first;
            wrong += name + ": seen " + std::to_string(before.size()) + " bytes, has " + std::to_string(after.size()) +
                     ", differs at " + std::to_string(differs - before.begin()) + '\n';
        }
        for (const auto& [name, text] : now)
            if (const auto at = text.find('\0'); at != std::string::npos)
                wrong += name + ": NUL at " + std::to_string(at) + '\n';
        seen_ = std::move(now);
        return wrong;
    }
    /// Whether a file is shorter than it was, or gone.
    bool misses_bytes() const {
        return std::any_of(seen_.begin(), seen_.end(), [this](const auto& file) {
            std::error_code gone;
            const auto size = std::filesystem::file_size(folder_ / file.first, gone);
            return gone || size < file.second.size();
        });
    }
    const std::map<std::string, std::string>& seen() const { return seen_; }

private:
    std::filesystem::path folder_;
    std::map<std::string, std::string> seen_;
};

/// Two tenants, each into a file of its own and both into one; files and state lie on a disk whose power is cut.
class PowerCutTest : public testing::TestWithParam<const char*> {
protected:
    PowerCutTest() {
        daemon_.state_dir = dir_ / "disk/state";
        daemon_.sink_name = "all";
        flush("1s");
        for (const std::string& org : orgs_) daemon_.add_tenant(org);
    }

    void flush(const std::string& when) {
        daemon_.sink = {"type: file", "path: " + (out_ / "all/%Y.ndjson").string(), "fsync: " + when};
        daemon_.more_sinks["each"] = {"type: file", "path: " + (out_ / "{tenant}/%Y.ndjson").string(), "fsync: " + when};
    }

    /// With directories that nobody has seen.
    void begin_anew(int number) {
        const std::filesystem::path home = dir_ / "disk" / std::to_string(number);
        daemon_.state_dir = home / "state";
        out_ = home / "out";
        reader_ = Reader(out_);
        flush("1s");
    }

    /// One life after the other: some end in their recovery, some after they wrote, some after they flushed and purged.
    void cut_at_random(int cuts) {
        std::mt19937 random(seed());
        const auto up_to = [&random](int most) { return milliseconds(std::uniform_int_distribution<int>(0, most)(random)); };
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < cuts && !HasFatalFailure(); ++i) {
            flush(i % 2 == 0 ? "page" : "1s");
            if (i % 10 == 4) simulator_.control("POST", "/emit?count=400");
            switch (i % 5) {
                case 0: live(Until::started, up_to(60)); break;
                case 1: live(Until::wrote, up_to(100)); break;
                case 2: live(Until::recovered, up_to(30)); break;
                case 3: live(Until::wrote, i % 10 == 3 ? milliseconds(1000) + up_to(600) : up_to(300)); break;
                default: live(Until::recovered, up_to(250)); break;
            }
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        std::printf("%d cuts in %.1f s: %d before the recovery was done, %d took bytes that a reader had seen\n", cuts,
                    took.count(), cut_early_, took_bytes_);
        EXPECT_GE(took_bytes_, cuts / 10) << "too few cuts took anything: the files were safe before";
    }

    enum class Until : std::uint8_t { started, recovered, wrote };

    /// Runs until then and a moment more, and the power is cut.
    void live(Until until, milliseconds moment) {
        daemon_.start();
        ASSERT_TRUE(until == Until::started || lives_until([&] { return has_recovered(); })) << daemon_.log();
        const auto before = bytes_below(out_);
        ASSERT_TRUE(until != Until::wrote || lives_until([&] { return bytes_below(out_) > before; })) << daemon_.log();
        ASSERT_FALSE(daemon_.process().wait(moment)) << "it ended by itself:\n" << daemon_.log();
        // What can be read now is all that a reader can have seen.
        ASSERT_TRUE(daemon_.process().freeze()) << daemon_.log();
        if (has_recovered()) note(reader_.look());
        else ++cut_early_;
        disk_.power_cut(daemon_.process());
        if (reader_.misses_bytes()) ++took_bytes_;
    }
    /// Until all routes stand at the head of the log; a clean stop.
    void run_to_the_end() {
        simulator_.control("POST", "/pause");
        simulator_.control("POST", "/emit?count=1");  // the last one is new, whatever was lost before
        daemon_.start();
        std::vector<std::string> last;
        for (const std::string& org : orgs_) last.push_back(simulator_.truth(org).back().uuid);
        const auto at_head = [&] {
            if (!has_recovered()) return false;
            note(reader_.look());
            return std::all_of(last.begin(), last.end(), [this](const std::string& uuid) {
                const auto has_it = [&uuid](const auto& file) { return file.second.rfind(uuid) != std::string::npos; };
                return std::count_if(reader_.seen().begin(), reader_.seen().end(), has_it) == 2;
            });
        };
        EXPECT_TRUE(eventually(seconds(60), at_head)) << daemon_.log();
        EXPECT_EQ(daemon_.stop(), (Ending{0, std::nullopt}));
        note(reader_.look());
    }
    /// Empty: the files are the truth, in both sinks.
    std::string losses() const {
        std::string wrong;
        std::size_t total = 0;
        const auto compare = [&wrong](const std::string& what, const auto& delivered, const auto& truth) {
            const std::string found = differences(delivered, truth);
            if (!found.empty()) wrong += what + ": " + found + '\n';
        };
        const auto all = delivered_below(out_ / "all");
        for (const std::string& org : orgs_) {
            const auto truth = simulator_.truth(org);
            compare(org + " in the common file", of_org(all, truth), truth);
            compare(org + " in its own file", delivered_below(out_ / org.substr(0, org.find('.'))), truth);
            total += truth.size();
        }
        if (all.size() != total)
            wrong += std::to_string(all.size()) + " lines in the common file, not " + std::to_string(total);
        return wrong;
    }

    void note(const std::string& wrong) {
        if (wrong_.empty() && !wrong.empty()) wrong_ = "at start " + std::to_string(daemon_.starts()) + ": " + wrong;
    }
    bool lives_until(const std::function<bool()>& holds) {
        return eventually(seconds(30), [&] { return holds() || !daemon_.process().running(); }) && daemon_.process().running();
    }
    bool has_recovered() const { return daemon_.log().find("oktail runs") != std::string::npos; }

    const std::vector<std::string> orgs_{"acme.okta.com", "globex.okta.com"};
    TempDir dir_;
    std::filesystem::path out_ = dir_ / "disk/out";
    SimulatorProcess simulator_{
        dir_ / "simulator", {orgs_[0] + ",rate=60,backlog=3000,limit=100000", orgs_[1] + ",rate=60,backlog=3000,limit=100000"}};
    LoopDisk disk_{dir_ / "disk", GetParam()};
    DaemonProcess daemon_{dir_.path(), simulator_};
    Reader reader_{out_};
    std::string wrong_;  ///< what the reader found first
    int cut_early_ = 0;
    int took_bytes_ = 0;
};

TEST_P(PowerCutTest, NothingIsLostOrRepeatedAndNoByteThatWasSeenChanges) {
    cut_at_random(power_cuts());
    if (HasFatalFailure()) return;
    run_to_the_end();

    EXPECT_EQ(wrong_, "");
    EXPECT_EQ(losses(), "");
    EXPECT_EQ(reader_.seen().size(), 3U) << "a file was given up";
    for (const auto& [name, text] : reader_.seen()) EXPECT_TRUE(text.ends_with('\n')) << name;

    // Who has stopped owes the disk nothing.
    disk_.power_cut();
    EXPECT_EQ(reader_.look(), "");
}

/// A first start makes directories, database and files; a second one must come to terms with any part of that.
TEST_P(PowerCutTest, AFirstStartThatWasCutIsNoObstacleToTheNext) {
    std::mt19937 random(seed());
    std::uniform_int_distribution<int> moment(0, 80);
    for (int i = 0; i < power_cuts() / 3 && !HasFatalFailure(); ++i) {
        begin_anew(i);
        live(Until::started, milliseconds(moment(random)));
        if (!HasFatalFailure()) live(Until::recovered, milliseconds(0));
    }
    EXPECT_EQ(wrong_, "");
}

/// What the tests above are worth: they do find what is lost.
TEST_P(PowerCutTest, WithoutFlushesEventsAreLost) {
    flush("never");
    for (int i = 0; i < 5 && !HasFatalFailure(); ++i) live(Until::wrote, milliseconds(300));
    if (HasFatalFailure()) return;
    run_to_the_end();

    EXPECT_NE(wrong_, "");
    EXPECT_THAT(losses(), testing::ContainsRegex("[1-9][0-9]* lost"));
    EXPECT_GE(took_bytes_, 1);
}

INSTANTIATE_TEST_SUITE_P(FileSystems, PowerCutTest, testing::Values("ext4", "xfs"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace oktail
