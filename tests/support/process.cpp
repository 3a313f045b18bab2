#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <thread>
#include <utility>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgot that C++ reads it
}

extern char** environ;

namespace oktail {
namespace {

void check(int error, const char* what) {
    if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    return out;
}

/// What posix_spawn does in the child before the program starts.
class SpawnPlan {
public:
    SpawnPlan() {
        check(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
        check(posix_spawnattr_init(&attributes), "posix_spawnattr_init");
        check(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID), "posix_spawnattr_setflags");
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }

    void open(int descriptor, const std::string& path, int flags) {
        check(posix_spawn_file_actions_addopen(&actions, descriptor, path.c_str(), flags, 0600), "addopen");
    }
    void write_to(int descriptor, const std::filesystem::path& file) {
        open(descriptor, file.empty() ? "/dev/null" : file.string(), O_WRONLY | O_CREAT | O_TRUNC);
    }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

}  // namespace

Process::Process(std::vector<std::string> argv, const Files& files, std::vector<std::string> environment) {
    SpawnPlan plan;
    plan.open(STDIN_FILENO, "/dev/null", O_RDONLY);
    plan.write_to(STDOUT_FILENO, files.out);
    plan.write_to(STDERR_FILENO, files.err);

    std::vector<char*> words = pointers(argv);
    words.push_back(nullptr);
    std::vector<char*> variables = pointers(environment);
    for (char** variable = environ; *variable; ++variable) variables.push_back(*variable);
    variables.push_back(nullptr);
    check(posix_spawn(&pid_, words[0], &plan.actions, &plan.attributes, words.data(), variables.data()), words[0]);

    handle_ = pidfd_open(pid_, 0);
    if (handle_ < 0) {
        const int error = errno;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        check(error, "pidfd_open");
    }
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), handle_(std::exchange(other.handle_, -1)), ending_(other.ending_) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(handle_, other.handle_);
    std::swap(ending_, other.ending_);
    return *this;
}

Process::~Process() {
    if (handle_ < 0) return;
    kill();
    ::close(handle_);
}

void Process::signal(int number) const {
    if (!ending_) ::kill(pid_, number);
}

std::optional<Ending> Process::wait(std::chrono::milliseconds patience) {
    if (ending_) return ending_;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::array<pollfd, 1> ended{{{handle_, POLLIN, 0}}};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const int ready = ::poll(ended.data(), 1, std::max(0, static_cast<int>(left.count())));
        if (ready == 0) return std::nullopt;
        if (ready > 0) break;
        if (errno != EINTR) check(errno, "poll");
    }
    int status = 0;
    if (::waitpid(pid_, &status, 0) < 0) check(errno, "waitpid");
    ending_.emplace();
    if (WIFEXITED(status)) ending_->code = WEXITSTATUS(status);
    else ending_->signal = WTERMSIG(status);
    return ending_;
}

bool Process::freeze() const {
    if (ending_) return false;
    signal(SIGSTOP);
    // The kernel reports a stop when the last thread has come to it. Not taken away: a second freeze sees it as well.
    siginfo_t found{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &found, WSTOPPED | WEXITED | WNOWAIT) != 0)
        if (errno != EINTR) check(errno, "waitid");
    return found.si_code == CLD_STOPPED;
}

Ending Process::kill() {
    signal(SIGKILL);
    return *wait(std::chrono::hours(1));
}

bool eventually(std::chrono::milliseconds patience, const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= deadline) return holds();
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

}  // namespace oktail
