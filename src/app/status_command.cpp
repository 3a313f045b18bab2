#include "app/status_command.hpp"

#include "admin/status_table.hpp"
#include "app/ask_daemon.hpp"
#include "app/load.hpp"
#include "core/steady_clock.hpp"

#include <boost/json/parse.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <iostream>

namespace oktail {
namespace {

bool on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

TableStyle style() {
    TableStyle style;
    winsize window{};
    if (on_terminal() && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) style.width = window.ws_col;
    style.colours = on_terminal() && !environment("NO_COLOR") && environment("TERM") != "dumb";
    return style;
}

Result<std::string> as_table(const std::string& body) {
    boost::system::error_code ec;
    const auto status = boost::json::parse(body, ec);
    if (ec || !status.is_object()) return Error(ErrorKind::transient, "the daemon's answer is no status");
    return status_table(status.get_object(), SteadyClock().utc_now(), style());
}

Result<std::string> status_text(const StatusOptions& options) {
    const auto answer = ask_daemon(options.daemon, "GET", "/status");
    if (!answer) return answer.error();
    if (answer->status != 200) return Error(ErrorKind::transient, answer->body);
    return options.json ? Result<std::string>(answer->body) : as_table(answer->body);
}

/// A screen of its own on a terminal, gone with the object.
class Screen {
public:
    Screen() { std::cout << (painted_ ? "\x1b[?1049h\x1b[?25l" : ""); }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;
    ~Screen() { std::cout << (painted_ ? "\x1b[?25h\x1b[?1049l" : "") << std::flush; }

    /// Over the one before, without a flicker.
    void show(std::string_view text) {
        if (!painted_) {
            std::cout << text << std::flush;
            return;
        }
        winsize window{};
        std::size_t lines_left = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 ? window.ws_row : 24;
        std::cout << "\x1b[H";
        while (!text.empty() && lines_left-- > 0) {
            const std::size_t end = text.find('\n');
            std::cout << text.substr(0, end) << "\x1b[K" << (lines_left > 0 ? "\n" : "");
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
        std::cout << "\x1b[J" << std::flush;
    }

private:
    bool painted_ = on_terminal();
};

/// Until somebody has had enough. A daemon that is away for a while comes back into view.
void watch(const StatusOptions& options) {
    sigset_t enough;
    sigemptyset(&enough);
    sigaddset(&enough, SIGINT);
    sigaddset(&enough, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &enough, nullptr);
    constexpr timespec pause{1, 0};
    Screen screen;
    do {
        const auto text = status_text(options);
        screen.show(text ? *text : "oktail: " + text.error().what() + "\n");
    } while (::sigtimedwait(&enough, nullptr, &pause) < 0 && std::cout);
}

}  // namespace

ExitCode show_status(const StatusOptions& options) {
    if (options.watch) {
        watch(options);
        return ExitCode::ok;
    }
    const auto text = status_text(options);
    if (text) std::cout << *text;
    else std::cerr << "oktail: " << text.error().what() << '\n';
    return text ? ExitCode::ok : ExitCode::unavailable;
}

}  // namespace oktail
