#pragma once

#include "core/backoff.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"
#include "sink/syslog/outbox.hpp"
#include "sink/syslog/receivers.hpp"
#include "sink/syslog/replay_window.hpp"

#include <memory>
#include <optional>
#include <stop_token>

namespace oktail {

/// The connection of one shard: opened when somebody has something to send, shared by the shard's routes, opened again when it
/// breaks. On its shard, but for the constructor.
class Channel {
public:
    /// `receivers` and `clock` outlive it.
    Channel(log::Scope scope, const Receivers& receivers, std::size_t replay_window, asio::any_io_executor executor,
            Clock& clock, const SyslogDeadlines& deadlines);

    const asio::any_io_executor& executor() const noexcept { return tasks_.executor(); }
    /// Answers the parcel at once while no receiver can be reached.
    void take(ParcelPtr parcel);
    /// Ends the connection well. Within some seconds.
    asio::awaitable<void> close();

private:
    asio::awaitable<void> keep();
    asio::awaitable<Result<std::unique_ptr<SyslogSession>>> connect();
    asio::awaitable<void> serve(SyslogSession& session);
    asio::awaitable<void> back_off(const Error& why);

    log::Scope scope_;
    const Receivers& receivers_;
    Clock& clock_;
    Backoff backoff_;
    Outbox outbox_;
    ReplayWindow window_;
    std::size_t next_receiver_ = 0;
    std::optional<Error> down_;  ///< why no receiver can be reached
    bool owes_ = false;          ///< a route was told to try again, or the window must be sent again
    bool started_ = false;
    std::stop_source stop_;
    TaskGroup tasks_;
};

}  // namespace oktail
