#pragma once

#include <oktail/core/clock.hpp>

#include "config/interpolation.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oktail {

/// Tells the service manager how the daemon fares: systemd's notification protocol, sd_notify(3). Without a manager that
/// listens it does nothing. It never blocks. One thread.
class ServiceNotifier {
public:
    /// Reads the environment once. `clock` outlives it.
    ServiceNotifier(const Environment& environment, const Clock& clock);
    ServiceNotifier(const ServiceNotifier&) = delete;
    ServiceNotifier& operator=(const ServiceNotifier&) = delete;
    ~ServiceNotifier();

    void ready();  ///< the start, or a reload, is done
    void reloading();
    void stopping();
    /// One line for people; what is behind its end is cut off.
    void status(std::string_view line);
    /// To be called every watchdog_interval(), or the manager ends and restarts the daemon.
    void alive();

    /// Half of the manager's patience; nullopt: it does not watch us.
    std::optional<std::chrono::microseconds> watchdog_interval() const noexcept { return watchdog_interval_; }

private:
    void enter(std::string state);
    void send(std::string_view assignment);

    const Clock& clock_;
    sockaddr_un address_{};
    socklen_t address_size_ = 0;
    int socket_ = -1;
    std::string unsent_;  ///< the state, while the manager's queue is full: the start fails if READY=1 is lost
    std::optional<std::chrono::microseconds> watchdog_interval_;
};

}  // namespace oktail
