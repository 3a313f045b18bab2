#include "app/reload_command.hpp"

#include "app/ask_daemon.hpp"

#include <iostream>

namespace oktail {

ExitCode reload_daemon(const DaemonAddress& daemon) {
    // It ends what is no longer wanted before it answers, and waits for a reload that runs already.
    constexpr std::chrono::seconds patience{60};
    const auto answer = ask_daemon(daemon, "POST", "/reload", patience);
    if (!answer) {
        std::cerr << "oktail: " << answer.error().what() << '\n';
        return ExitCode::unavailable;
    }
    if (answer->status == 200) {
        std::cout << answer->body;
        return ExitCode::ok;
    }
    std::cerr << answer->body;
    return answer->status == 422 ? ExitCode::configuration : ExitCode::unavailable;
}

}  // namespace oktail
