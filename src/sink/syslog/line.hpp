#pragma once

#include "net/byte_stream.hpp"
#include "sink/syslog/session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace oktail {

/// A stream to a receiver, and what has ended it. One shard.
class Line {
public:
    Line(std::unique_ptr<ByteStream> stream, Clock& clock, const SyslogDeadlines& deadlines)
        : stream_(std::move(stream)), clock_(clock), deadlines_(deadlines), opened_(clock.now()), moved_(opened_) {}

    ByteStream& stream() noexcept { return *stream_; }
    std::chrono::milliseconds age() const;

    /// The first trouble is what counts; the stream is closed.
    void fail(const Error& why);
    /// A write has failed. Why, the peer may have said before: what there is to read is read first.
    asio::awaitable<void> write_failed(Error why);
    /// Nothing more can be read: trouble, unless we are on our way out anyway.
    void ended(const Error& why) {
        if (!is_over()) fail(why);
    }
    /// Nothing more is to be begun; what goes on has a moment to end.
    void stop() { over_.request_stop(); }
    bool is_broken() const noexcept { return trouble_.has_value(); }
    /// Broken, or stopped.
    bool is_over() const noexcept { return over_.stop_requested(); }
    std::stop_token over() const noexcept { return over_.get_token(); }
    Error trouble() const;

    /// The receiver has taken something.
    void moved() { moved_ = clock_.now(); }
    /// Fails when something is on the way and nothing of it moves, and a moment after a stop if it is not `ended` by then.
    asio::awaitable<void> watch(std::function<bool()> is_anything_on_the_way, std::stop_token ended);

private:
    std::unique_ptr<ByteStream> stream_;
    Clock& clock_;
    const SyslogDeadlines& deadlines_;
    SteadyTime opened_;
    SteadyTime moved_;
    std::optional<Error> trouble_;
    std::stop_source over_;
};

}  // namespace oktail
