#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace oktail {

/// How a program ended: by itself, or by a signal.
struct Ending {
    std::optional<int> code;
    std::optional<int> signal;
    bool operator==(const Ending&) const = default;
};

/// A program as a user would start it, in a session of its own. What is still running when the object goes is killed.
/// Throws std::system_error where the system refuses: a test cannot go on then.
class Process {
public:
    struct Files {
        std::filesystem::path out;  ///< made anew; empty: /dev/null
        std::filesystem::path err;
    };

    /// `argv[0]` is a path. `environment` is put before ours: "NAME=value".
    explicit Process(std::vector<std::string> argv, const Files& files = {}, std::vector<std::string> environment = {});
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    pid_t pid() const noexcept { return pid_; }
    /// Nothing happens if it has ended: its id is kept from reuse until then.
    void signal(int number) const;
    /// nullopt: it still runs after `patience`.
    std::optional<Ending> wait(std::chrono::milliseconds patience);
    bool running() { return !wait(std::chrono::milliseconds{0}); }
    /// SIGSTOP, and waits until no thread of it runs, in the kernel neither. False: it has ended.
    bool freeze() const;
    /// SIGKILL, and waits for the end.
    Ending kill();

private:
    pid_t pid_ = -1;
    int handle_ = -1;  // a pidfd: a wait with a deadline, and no signal to a stranger with the same id
    std::optional<Ending> ending_;
};

/// Asks every 5 ms, for at most `patience`; the last answer. For what no program announces.
bool eventually(std::chrono::milliseconds patience, const std::function<bool()>& holds);

}  // namespace oktail
