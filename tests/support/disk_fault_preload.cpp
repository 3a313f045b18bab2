// Loaded into a program by LD_PRELOAD: its writes to the state database, or its flushes of it, fail as disk_fault.hpp says.

#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

class Fault {
public:
    /// True, with errno set: this call fails.
    bool strikes(std::string_view call, int fd) {
        if (call != call_ || !is_state(fd)) return false;
        const bool now = while_.empty() ? ++calls_ == nth_ : ::access(while_.c_str(), F_OK) == 0;
        if (now) errno = error_;
        return now;
    }

private:
    static bool is_state(int fd) {
        std::array<char, 4096> path{};
        const auto size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
        return size > 0 &&
               std::string_view(path.data(), static_cast<std::size_t>(size)).find("/state.db") != std::string_view::npos;
    }

    std::string call_ = environment("OKTAIL_FAULT_CALL");
    std::string while_ = environment("OKTAIL_FAULT_WHILE");
    int nth_ = std::atoi(environment("OKTAIL_FAULT_NTH").c_str());
    int error_ = std::atoi(environment("OKTAIL_FAULT_ERRNO").c_str());
    std::atomic<int> calls_{0};
};

Fault& fault() {
    static Fault one;
    return one;
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
    if (fault().strikes("write", fd)) return -1;
    static auto* const next = real<decltype(pwrite64)>("pwrite64");
    return next(fd, bytes, size, at);
}

int fdatasync(int fd) {
    if (fault().strikes("flush", fd)) return -1;
    static auto* const next = real<decltype(fdatasync)>("fdatasync");
    return next(fd);
}

int fsync(int fd) {
    if (fault().strikes("flush", fd)) return -1;
    static auto* const next = real<decltype(fsync)>("fsync");
    return next(fd);
}

}  // extern "C"
