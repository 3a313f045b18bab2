#pragma once

#include "core/worker_pool.hpp"
#include "net/resolver.hpp"
#include "sink/syslog/replay_window.hpp"
#include "sink/syslog/session.hpp"

#include <memory>
#include <stop_token>

namespace oktail {

/// Opens connections to the receivers that a sink names. Shards share it.
class Receivers {
public:
    /// All of them outlive it. `readers` read certificates, which may lie on a disk that does not answer.
    Receivers(const SyslogKeys& keys, Resolver& resolver, WorkerPool& readers, Clock& clock, const SyslogDeadlines& deadlines)
        : keys_(keys), resolver_(resolver), readers_(readers), clock_(clock), deadlines_(deadlines) {}

    std::size_t size() const noexcept { return keys_.addresses.size(); }
    /// A session with the receiver of this number, ready to run; the error says which one it was. Errors: transient, stopped.
    asio::awaitable<Result<std::unique_ptr<SyslogSession>>> open(std::size_t receiver, ReplayWindow& window,
                                                                 std::stop_token stop) const;

private:
    asio::awaitable<Result<std::unique_ptr<SyslogSession>>> open_any_kind(std::size_t receiver, ReplayWindow& window,
                                                                          std::stop_token stop) const;
    asio::awaitable<Result<std::unique_ptr<SyslogSession>>> open_datagrams(std::size_t receiver, std::stop_token stop) const;

    const SyslogKeys& keys_;
    Resolver& resolver_;
    WorkerPool& readers_;
    Clock& clock_;
    const SyslogDeadlines& deadlines_;
};

}  // namespace oktail
