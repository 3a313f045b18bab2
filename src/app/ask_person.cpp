#include "app/ask_person.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>

namespace oktail {
namespace {

/// No echo as long as this lives.
class Hidden {
public:
    Hidden() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_hidden_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;
    ~Hidden() {
        if (!is_hidden_) return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }

private:
    termios before_{};
    bool is_hidden_ = false;
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
    std::cerr << what << " (not shown): " << std::flush;
    const Hidden hidden;
    Secret secret = secret_from_input(InputEnd::of_line);
    if (secret.empty()) return std::nullopt;
    return secret;
}

}  // namespace oktail
