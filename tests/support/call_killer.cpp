// call_killer FOLDER REPORT KIND NTH WAY PROGRAM [ARGUMENT...]
//
// Runs a program and kills it with SIGKILL at its NTH system call of a KIND that changes what is below FOLDER: before the call,
// after it, or with a write cut short (WAY: before, after, torn). NTH 0: never. Writes to REPORT how many calls of which kind
// there were, a line each, and last the kind at which it killed. Ends as the program ended. SIGTERM and SIGHUP are passed on.
//
// A seccomp filter stops the threads at such calls only, so everything else runs at full speed; x86-64.

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// Where a call says which file it is about.
enum class Subject { descriptor, path, path_at, new_path_at };

struct Call {
    long number;
    const char* name;
    Subject subject;
};

constexpr std::array calls{
    Call{SYS_write, "write", Subject::descriptor},
    Call{SYS_pwrite64, "pwrite", Subject::descriptor},
    Call{SYS_fsync, "fsync", Subject::descriptor},
    Call{SYS_fdatasync, "fdatasync", Subject::descriptor},
    Call{SYS_ftruncate, "ftruncate", Subject::descriptor},
    Call{SYS_fchmod, "fchmod", Subject::descriptor},
    Call{SYS_openat, "create", Subject::path_at},
    Call{SYS_open, "create", Subject::path},
    Call{SYS_mkdir, "mkdir", Subject::path},
    Call{SYS_unlink, "unlink", Subject::path},
    Call{SYS_unlinkat, "unlink", Subject::path_at},
    Call{SYS_rename, "rename", Subject::path},
    Call{SYS_renameat2, "rename", Subject::new_path_at},
};

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(70);
}

/// In the child: its threads stop at these calls, and at no other.
void filter_calls() {
    std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const Call& call : calls) {
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        fail("seccomp");
}

/// Signals that are passed on wait until there is somebody to pass them to.
void hold_signals(bool hold) {
    sigset_t passed_on;
    ::sigemptyset(&passed_on);
    ::sigaddset(&passed_on, SIGTERM);
    ::sigaddset(&passed_on, SIGHUP);
    ::sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &passed_on, nullptr);
}

pid_t start(char** program) {
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child > 0) return child;
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) fail("ptrace");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it may die before it has said PTRACE_O_EXITKILL
    ::raise(SIGSTOP);                    // until the tracer has said what it wants to see
    hold_signals(false);
    filter_calls();
    ::execv(program[0], program);
    fail(program[0]);
}

std::string text_at(pid_t thread, std::uintptr_t address) {
    std::array<char, 4096> text{};
    // Up to the page's end: what is behind it may not be there.
    const std::size_t size = std::min(text.size() - 1, 4096 - address % 4096);
    iovec here{text.data(), size};
    iovec there{reinterpret_cast<void*>(address), size};
    if (::process_vm_readv(thread, &here, 1, &there, 1, 0) < 0) return {};
    std::string found(text.data());
    if (found.size() == size && size < text.size() - 1) found += text_at(thread, address + size);
    return found;
}

std::string file_of(pid_t thread, std::uint64_t descriptor) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/" + std::to_string(thread) + "/fd/" + std::to_string(descriptor);
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size() - 1);
    return size < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(size));
}

/// What kind of file that is: two files of one role are written in the same way.
std::string role_of(const std::string& path) {
    for (const std::string_view end : {".unfinished", ".zst", ".ndjson", "-wal", "-journal", ".db", "lock", "initialized"})
        if (path.ends_with(end)) return std::string(end);
    return "directory";
}

class Stop {
public:
    const Call* call = nullptr;
    std::string kind;  ///< empty: it changes nothing below the folder
    user_regs_struct registers{};
    bool is_write() const { return call->number == SYS_write || call->number == SYS_pwrite64; }
};

Stop look_at(pid_t thread, const std::string& folder) {
    Stop stop;
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &stop.registers) != 0) return stop;
    const auto& registers = stop.registers;
    const auto call = std::ranges::find(calls, static_cast<long>(registers.orig_rax), &Call::number);
    if (call == calls.end()) return stop;
    stop.call = &*call;
    std::string path;
    switch (call->subject) {
        case Subject::descriptor: path = file_of(thread, registers.rdi); break;
        case Subject::path: path = text_at(thread, registers.rdi); break;
        case Subject::path_at: path = text_at(thread, registers.rsi); break;
        case Subject::new_path_at: path = text_at(thread, registers.r10); break;
    }
    const bool opens = call->number == SYS_openat || call->number == SYS_open;
    const std::uint64_t flags = call->number == SYS_open ? registers.rsi : registers.rdx;
    if (!path.starts_with(folder) || (opens && (flags & O_CREAT) == 0)) return stop;
    stop.kind = std::string(call->name) + ' ' + role_of(path);
    return stop;
}

/// The call goes on with a part of its bytes.
void tear(pid_t thread, Stop& stop, unsigned draw) {
    const std::uint64_t size = stop.registers.rdx;
    const std::array<std::uint64_t, 3> parts{1, size / 4096 * 4096, size - 1};
    stop.registers.rdx = std::clamp<std::uint64_t>(parts[draw % parts.size()], 1, size);
    if (::ptrace(PTRACE_SETREGS, thread, nullptr, &stop.registers) != 0) fail("PTRACE_SETREGS");
}

pid_t traced = 0;
extern "C" void pass_on(int number) { ::kill(traced, number); }

}  // namespace

int main(int argc, char** argv) {
    if (argc < 7) {
        std::fputs("call_killer FOLDER REPORT KIND NTH WAY PROGRAM [ARGUMENT...]\n", stderr);
        return 64;
    }
    const std::string folder = argv[1];
    const std::string wanted = argv[3];
    const unsigned nth = static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10));
    const std::string_view way = argv[5];
    hold_signals(true);
    traced = start(argv + 6);
    int status = 0;
    if (::waitpid(traced, &status, 0) != traced || !WIFSTOPPED(status)) fail("waitpid");
    constexpr long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (::ptrace(PTRACE_SETOPTIONS, traced, nullptr, options) != 0) fail("PTRACE_SETOPTIONS");
    ::signal(SIGTERM, pass_on);
    ::signal(SIGHUP, pass_on);
    hold_signals(false);
    ::ptrace(PTRACE_CONT, traced, nullptr, nullptr);

    std::map<std::string, unsigned> count;
    std::string killed_at;
    pid_t dies_after = 0;  // the thread whose call is the last
    for (;;) {
        const pid_t thread = ::waitpid(-1, &status, __WALL);
        if (thread < 0 && errno == EINTR) continue;
        if (thread < 0) break;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == traced) break;
            continue;
        }
        const int event = status >> 16;
        if (thread == dies_after && WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            ::kill(traced, SIGKILL);
            continue;
        }
        if (event == PTRACE_EVENT_SECCOMP) {
            Stop stop = look_at(thread, folder);
            const bool is_it = !stop.kind.empty() && ++count[stop.kind] == nth && stop.kind == wanted && killed_at.empty();
            if (is_it) {
                killed_at = stop.kind;
                if (way == "before") {
                    ::kill(traced, SIGKILL);
                    continue;
                }
                if (way == "torn" && stop.is_write()) tear(thread, stop, nth);
                dies_after = thread;
                ::ptrace(PTRACE_SYSCALL, thread, nullptr, nullptr);
                continue;
            }
        }
        const bool is_signal =
            event == 0 && WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != (SIGTRAP | 0x80);
        ::ptrace(PTRACE_CONT, thread, nullptr, is_signal ? WSTOPSIG(status) : 0);
    }
    std::ofstream report(argv[2]);
    for (const auto& [kind, times] : count) report << times << ' ' << kind << '\n';
    report << killed_at << '\n';
    report.close();
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    ::signal(WTERMSIG(status), SIG_DFL);
    ::raise(WTERMSIG(status));
}
