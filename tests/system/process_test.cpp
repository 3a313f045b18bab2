#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <system_error>

namespace oktail {
namespace {

using namespace std::chrono_literals;

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

Process shell(const std::string& script, const Process::Files& files = {}, std::vector<std::string> environment = {}) {
    return Process({"/bin/sh", "-c", script}, files, std::move(environment));
}

TEST(Process, ReportsHowTheProgramEnded) {
    EXPECT_EQ(shell("exit 7").wait(10s), (Ending{7, {}}));
    EXPECT_EQ(shell("kill -TERM $$").wait(10s), (Ending{{}, SIGTERM}));
}

TEST(Process, WaitGivesUpAtItsDeadline) {
    Process sleeper = shell("sleep 60");

    EXPECT_EQ(sleeper.wait(10ms), std::nullopt);
    EXPECT_TRUE(sleeper.running());
}

TEST(Process, SignalReachesTheProgram) {
    TempDir dir;
    Process waiting = shell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done", {dir / "out", {}});
    ASSERT_TRUE(eventually(10s, [&] { return content(dir / "out") == "ready\n"; }));

    waiting.signal(SIGTERM);

    EXPECT_EQ(waiting.wait(10s), (Ending{3, {}}));
}

TEST(Process, OutputAndErrorsGoToTheirFiles) {
    TempDir dir;

    shell("echo $GREETING; echo oops >&2", {dir / "out", dir / "err"}, {"GREETING=hello"}).wait(10s);

    EXPECT_EQ(content(dir / "out"), "hello\n");
    EXPECT_EQ(content(dir / "err"), "oops\n");
}

TEST(Process, IsKilledWhenItsObjectGoes) {
    pid_t pid = 0;
    {
        Process sleeper = shell("exec sleep 60");
        pid = sleeper.pid();
        ASSERT_EQ(::kill(pid, 0), 0);
    }

    EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Process, ProgramThatIsNotThereIsAnError) { EXPECT_THROW(Process({"/no/such/program"}), std::system_error); }

}  // namespace
}  // namespace oktail
