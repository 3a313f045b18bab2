#include "app/ask_person.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>

namespace oktail {
namespace {

termios shown{};  // the terminal as it was

extern "C" void show_again(int signal) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    ::raise(signal);  // SA_RESETHAND: now it does what it always did
}

/// No echo as long as this lives; nor does a signal leave a terminal behind that shows nothing.
class Hidden {
public:
    Hidden() {
        is_terminal_ = ::tcgetattr(STDIN_FILENO, &shown) == 0;
        if (!is_terminal_) return;
        struct sigaction showing{};
        showing.sa_handler = show_again;
        showing.sa_flags = static_cast<int>(SA_RESETHAND);
        for (std::size_t i = 0; i < ends.size(); ++i) ::sigaction(ends.at(i), &showing, &actions_.at(i));
        termios silent = shown;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;
    ~Hidden() {
        if (!is_terminal_) return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        std::cerr << '\n';
        for (std::size_t i = 0; i < ends.size(); ++i) ::sigaction(ends.at(i), &actions_.at(i), nullptr);
    }

private:
    static constexpr std::array ends{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    std::array<struct sigaction, ends.size()> actions_{};
    bool is_terminal_ = false;
};

}  // namespace

bool is_anybody_there() { return ::isatty(STDIN_FILENO) == 1; }

std::optional<std::string> ask_for(const std::string& what, const std::string& otherwise) {
    std::cerr << what << (otherwise.empty() ? "" : " [" + otherwise + "]") << ": " << std::flush;
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line.empty() ? otherwise : line;
}

Secret secret_from_input(InputEnd end) {
    std::array<char, 64 * 1024> bytes{};
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t read = ::read(STDIN_FILENO, bytes.data() + size, 1);  // not one byte of what follows
        if (read < 0 && errno == EINTR) continue;
        if (read <= 0) break;
        if (end == InputEnd::of_line && bytes.at(size) == '\n') break;
        ++size;
    }
    while (size > 0 && (bytes.at(size - 1) == '\n' || bytes.at(size - 1) == '\r')) --size;
    Secret secret(std::string_view(bytes.data(), size));
    ::explicit_bzero(bytes.data(), bytes.size());
    return secret;
}

std::optional<Secret> ask_for_secret(const std::string& what) {
    const Hidden hidden;  // before anybody is told to type
    std::cerr << what << " (not shown): " << std::flush;
    Secret secret = secret_from_input(InputEnd::of_line);
    if (secret.empty()) return std::nullopt;
    return secret;
}

}  // namespace oktail
