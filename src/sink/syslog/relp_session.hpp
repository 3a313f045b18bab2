#pragma once

#include "sink/syslog/line.hpp"
#include "sink/syslog/relp.hpp"
#include "sink/syslog/session.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace oktail {

/// Syslog over RELP: the receiver says of each message that it has it.
class RelpSession : public SyslogSession {
public:
    /// `keys` and `deadlines` outlive it.
    RelpSession(const SyslogKeys& keys, std::unique_ptr<ByteStream> stream, Clock& clock, const SyslogDeadlines& deadlines)
        : keys_(keys), clock_(clock), deadlines_(deadlines), line_(std::move(stream), clock, deadlines) {}

    /// Opens the session at the receiver; before run(). Errors: transient, stopped.
    asio::awaitable<Result<void>> open(std::stop_token stop);
    asio::awaitable<Error> run(Outbox& outbox, std::stop_token stop) override;
    bool was_of_use() const override { return was_of_use_; }
    bool has_stood() const override { return line_.age() >= deadlines_.read_by_now; }
    std::string description() const override { return description_; }

private:
    enum class State : std::uint8_t { on_the_way, taken, refused };
    struct Message {
        std::uint32_t transaction = 0;
        ParcelPtr parcel;
        std::size_t event = 0;  ///< its place in the parcel's batch
        State state = State::on_the_way;
        std::string refusal;
    };

    std::string maybe_our_certificate() const;
    asio::awaitable<Result<RelpFrame>> receive();
    asio::awaitable<void> listen(Outbox& outbox);
    asio::awaitable<void> send_some(Outbox& outbox);
    asio::awaitable<void> say_goodbye();
    void hear(const RelpFrame& frame);
    void settle();

    const SyslogKeys& keys_;
    Clock& clock_;
    const SyslogDeadlines& deadlines_;
    Line line_;
    std::string description_ = line_.stream().description();
    RelpReader reader_;
    std::uint32_t transaction_ = 1;
    std::deque<Message> window_;  ///< sent and not settled, in the order of their transactions
    std::stop_source goodbye_;    ///< the receiver has answered it, or is gone
    bool was_of_use_ = false;
};

}  // namespace oktail
