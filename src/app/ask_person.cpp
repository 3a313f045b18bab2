#include "app/ask_person.hpp"

#include <termios.h>
#include <unistd.h>

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

std::optional<Secret> ask_for_secret(const std::string& what) {
    std::cerr << what << " (not shown): " << std::flush;
    std::string line;
    bool read = false;
    {
        const Hidden hidden;
        read = static_cast<bool>(std::getline(std::cin, line));
    }
    std::optional<Secret> secret;
    if (read) secret.emplace(line);
    ::explicit_bzero(line.data(), line.size());
    return secret;
}

}  // namespace oktail
