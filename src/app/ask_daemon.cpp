#include "app/ask_daemon.hpp"

namespace oktail {

Result<UnixAnswer> ask_daemon(const DaemonAddress& daemon, const std::string& method, const std::string& path,
                              std::chrono::milliseconds patience) {
    const std::string socket = daemon.find_socket().string();
    auto answer = ask(socket, method, path, patience);
    if (answer) return answer;
    const bool forbidden = answer.error().code() == boost::system::errc::permission_denied;
    const std::string advice = forbidden ? "; ask as root or as oktail's user" : "; does it run, and with this configuration?";
    return Error(answer.error().kind(), "no daemon answers at " + socket + ": " + answer.error().what() + advice);
}

}  // namespace oktail
