#include "app/health_command.hpp"

#include "app/ask_daemon.hpp"

#include <iostream>

namespace oktail {

ExitCode check_health(const DaemonAddress& daemon) {
    const auto answer = ask_daemon(daemon, "GET", "/livez");
    if (answer && answer->status == 200) {
        std::cout << answer->body;
        return ExitCode::ok;
    }
    std::cerr << "oktail: " << (answer ? answer->body : answer.error().what() + "\n");
    return ExitCode::unavailable;
}

}  // namespace oktail
