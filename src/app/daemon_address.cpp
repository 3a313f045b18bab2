#include "app/daemon_address.hpp"

#include "app/control_socket.hpp"
#include "app/load.hpp"
#include "config/config_reader.hpp"

namespace oktail {

std::filesystem::path DaemonAddress::find_socket() const {
    if (!socket.empty()) return socket;
    Config known;
    known.state_dir = state_dir_of(config.string(), environment);
    const std::filesystem::path own = control_socket(known, environment);
    const std::filesystem::path of_the_unit = "/run/oktail/oktail.sock";  // RuntimeDirectory= of oktail.service
    const bool may_be_the_unit = known.state_dir == "/var/lib/oktail";    // its StateDirectory=: another's daemon is another
    std::error_code ignored;
    return may_be_the_unit && !exists(own, ignored) && exists(of_the_unit, ignored) ? of_the_unit : own;
}

}  // namespace oktail
