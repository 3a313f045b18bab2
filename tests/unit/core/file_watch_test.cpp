#include "core/file_watch.hpp"

#include "support/manual_clock.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

namespace fs = std::filesystem;

/// Files are stamped by a clock that ticks every few milliseconds. What came before this call and what comes behind it have
/// different stamps.
void wait_for_a_tick() {
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::timespec tick{};
    do ::clock_gettime(CLOCK_REALTIME_COARSE, &tick);
    while (std::pair(tick.tv_sec, tick.tv_nsec) <= std::pair(now.tv_sec, now.tv_nsec));
}

/// The folder is real; time is not, so that a look that nothing has stirred cannot be what sees a change.
class FileWatchTest : public testing::Test {
protected:
    FileWatchTest() { fs::create_directory(dir_ / "secrets"); }
    ~FileWatchTest() override { end(); }

    fs::path secret(const std::string& name = "acme") const { return dir_ / "secrets" / name; }
    static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
    /// As a careful program replaces a file.
    static void replace(const fs::path& file, const std::string& text) {
        write(file.string() + ".new", text);
        fs::rename(file.string() + ".new", file);
    }
    FileWatch::Watching watch(std::vector<fs::path> files) {
        wait_for_a_tick();
        auto watching = watch_.watch(std::move(files), io_.get_executor(),
                                     [this](const fs::path& file) { changed_.push_back(file.filename().string()); });
        settle();
        return watching;
    }
    /// Lets the kernel and the workers have their say while time goes on.
    void settle(milliseconds span = seconds(1)) {
        for (int step = 0; step < 10; ++step) {
            clock_.advance(span / 10);
            io_.restart();
            io_.run_for(milliseconds(10));
        }
    }
    /// What has changed since the last time, known long before anybody looks without being stirred.
    std::vector<std::string> changed() {
        for (int tries = 0; tries < 20 && changed_.empty(); ++tries) settle();
        return quiet();
    }
    /// The same where nothing is waited for.
    std::vector<std::string> quiet() {
        settle();
        std::sort(changed_.begin(), changed_.end());
        return std::exchange(changed_, {});
    }
    void end() {
        tasks_.spawn(watch_.join());
        settle();
        EXPECT_TRUE(tasks_.empty());
    }

    TempDir dir_;
    asio::io_context io_{1};
    ManualClock clock_;
    FileWatch watch_{io_.get_executor(), clock_};
    std::vector<std::string> changed_;
    TaskGroup tasks_{io_.get_executor()};
};

TEST_F(FileWatchTest, HowAFileIsFoundAtFirstIsNoChange) {
    write(secret(), "old");
    const auto watching = watch({secret()});

    EXPECT_THAT(quiet(), IsEmpty());
}

TEST_F(FileWatchTest, FileHasChangedThoughNobodyHadLookedBefore) {
    write(secret(), "old");
    write(secret("globex"), "old");
    wait_for_a_tick();
    const auto watching = watch_.watch({secret(), secret("globex")}, io_.get_executor(),
                                       [this](const fs::path& file) { changed_.push_back(file.filename().string()); });
    wait_for_a_tick();
    replace(secret(), "new");

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, FileWrittenInPlaceHasChanged) {
    write(secret(), "old");
    const auto watching = watch({secret()});

    write(secret(), "new");

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, FileRenamedOverHasChangedEveryTime) {
    write(secret(), "old");
    const auto watching = watch({secret()});

    replace(secret(), "new");
    EXPECT_THAT(changed(), ElementsAre("acme"));

    replace(secret(), "now");
    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, SwappedSymbolicLinkChangesTheFilesBehindIt) {
    const fs::path folder = dir_ / "secrets";
    for (const char* version : {"..v1", "..v2"}) {
        fs::create_directory(folder / version);
        write(folder / version / "acme", version);
    }
    fs::create_symlink("..v1", folder / "..data");
    fs::create_symlink("..data/acme", secret());
    const auto watching = watch({secret()});

    fs::create_symlink("..v2", folder / "..data_tmp");
    fs::rename(folder / "..data_tmp", folder / "..data");
    fs::remove_all(folder / "..v1");

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, FileDeletedAndMadeAgainHasChangedTwice) {
    write(secret(), "old");
    const auto watching = watch({secret()});

    fs::remove(secret());
    EXPECT_THAT(changed(), ElementsAre("acme"));

    write(secret(), "new");
    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, MendedPermissionIsAChange) {
    write(secret(), "old");
    ::chmod(secret().c_str(), 0644);
    const auto watching = watch({secret()});

    ::chmod(secret().c_str(), 0600);

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, FolderThatIsMadeLaterIsSeen) {
    fs::remove(dir_ / "secrets");
    const auto watching = watch({dir_ / "secrets" / "a" / "acme"});

    fs::create_directory(dir_ / "secrets");
    EXPECT_THAT(quiet(), IsEmpty());
    fs::create_directory(dir_ / "secrets" / "a");
    write(dir_ / "secrets" / "a" / "acme", "one");
    EXPECT_THAT(changed(), ElementsAre("acme"));

    write(dir_ / "secrets" / "a" / "acme", "two");
    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, FolderThatIsReplacedIsFollowed) {
    write(secret(), "old");
    const auto watching = watch({secret()});

    fs::rename(dir_ / "secrets", dir_ / "before");
    fs::create_directory(dir_ / "secrets");
    write(secret(), "new");
    EXPECT_THAT(changed(), ElementsAre("acme"));

    replace(secret(), "newer");
    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, OnlyTheFileThatChangedIsTold) {
    for (const char* name : {"acme", "globex", "initech"}) write(secret(name), "old");
    const auto watching = watch({secret("acme"), secret("globex")});

    write(secret("globex"), "new");
    write(secret("initech"), "new");
    write(secret("stranger"), "new");

    EXPECT_THAT(changed(), ElementsAre("globex"));
}

TEST_F(FileWatchTest, ManyChangesInARowAreToldOnce) {
    write(secret(), "old");
    const auto watching = watch({secret()});

    for (int i = 0; i < 50; ++i) replace(secret(), std::to_string(i));

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, EveryWatcherIsTold) {
    write(secret(), "old");
    const auto one = watch({secret()});
    const auto two = watch({secret()});

    write(secret(), "new");

    EXPECT_THAT(changed(), ElementsAre("acme", "acme"));
}

TEST_F(FileWatchTest, NothingIsToldToWhoHasLeft) {
    write(secret(), "old");
    auto leaving = watch({secret()});
    const auto staying = watch({secret()});

    write(secret(), "new");
    leaving.reset();

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, FileInASwappedFolderIsSeenWithinAMinute) {
    for (const char* version : {"v1", "v2"}) {
        fs::create_directory(dir_ / version);
        write(dir_ / version / "acme", version);
    }
    fs::create_directory(dir_ / "links");
    fs::create_directory_symlink(dir_ / "v1", dir_ / "links" / "current");
    const auto watching = watch({dir_ / "links" / "current" / "acme"});

    fs::create_directory_symlink(dir_ / "v2", dir_ / "links" / "next");
    fs::rename(dir_ / "links" / "next", dir_ / "links" / "current");

    EXPECT_THAT(quiet(), IsEmpty());
    settle(FileWatch::unaided);
    EXPECT_THAT(changed(), ElementsAre("acme"));
}

TEST_F(FileWatchTest, WatchesAgainAfterItsEnd) {
    write(secret(), "old");
    auto before = watch({secret()});
    before.reset();
    end();

    const auto watching = watch({secret()});
    write(secret(), "new");

    EXPECT_THAT(changed(), ElementsAre("acme"));
}

/// No descriptor is left for anybody while this lives.
class NoDescriptors {
public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int lowest = ::dup(STDERR_FILENO);
        ::close(lowest);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

class UnaidedFileWatchTest : public FileWatchTest {
protected:
    std::optional<NoDescriptors> none_{std::in_place};
    FileWatch unaided_{io_.get_executor(), clock_};
};

TEST_F(UnaidedFileWatchTest, WithoutTheKernelsHelpAChangeIsSeenWithinAMinute) {
    none_.reset();
    write(secret(), "old");
    wait_for_a_tick();
    const auto watching = unaided_.watch({secret()}, io_.get_executor(),
                                         [this](const fs::path& file) { changed_.push_back(file.filename().string()); });
    settle();

    write(secret(), "new");

    settle(seconds(30));
    EXPECT_THAT(quiet(), IsEmpty());
    settle(seconds(30));
    EXPECT_THAT(changed(), ElementsAre("acme"));
    tasks_.spawn(unaided_.join());
    settle();
}

}  // namespace
}  // namespace oktail
