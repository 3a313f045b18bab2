#pragma once

#include "sink/syslog/line.hpp"
#include "sink/syslog/replay_window.hpp"
#include "sink/syslog/session.hpp"

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// Syslog over TCP or TLS, where the receiver says nothing. What its kernel has acknowledged counts as taken, and is sent again
/// after a break.
class StreamSession : public SyslogSession {
public:
    /// `keys`, `window` and `deadlines` outlive it. What the window holds is sent first.
    StreamSession(const SyslogKeys& keys, std::unique_ptr<ByteStream> stream, ReplayWindow& window, Clock& clock,
                  const SyslogDeadlines& deadlines)
        : keys_(keys), window_(window), clock_(clock), deadlines_(deadlines), line_(std::move(stream), clock, deadlines),
          replays_(window.take()) {}

    asio::awaitable<Error> run(Outbox& outbox, std::stop_token stop) override;
    bool was_of_use() const override { return was_of_use_; }
    bool has_stood() const override { return line_.age() >= deadlines_.read_by_now; }
    bool ended_well() const override;
    std::string description() const override { return description_; }

private:
    /// What is written at once, and up to where it brings each parcel; none: it is sent again.
    struct Sending {
        ReplayWindow::Chunk chunk;
        std::vector<std::pair<ParcelPtr, std::size_t>> parts;
    };

    asio::awaitable<void> send_and_settle(Outbox& outbox);
    asio::awaitable<void> send(Sending sending);
    asio::awaitable<void> wait_for_acknowledgement();
    asio::awaitable<void> listen();
    asio::awaitable<Error> end_of(Error why);
    Sending next_chunk(Outbox& outbox) const;
    void acknowledge_all();
    void keep_what_may_be_unread();

    const SyslogKeys& keys_;
    ReplayWindow& window_;
    Clock& clock_;
    const SyslogDeadlines& deadlines_;
    Line line_;
    std::string description_ = line_.stream().description();
    std::deque<ReplayWindow::Chunk> replays_;
    std::deque<Sending> on_the_way_;
    std::size_t bytes_on_the_way_ = 0;
    std::chrono::microseconds next_look_{};
    bool is_ending_ = false;  ///< the receiver hears nothing more
    bool was_of_use_ = false;
};

}  // namespace oktail
