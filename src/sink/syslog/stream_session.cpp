#include "sink/syslog/stream_session.hpp"

#include "core/task_group.hpp"
#include "core/wait_for_stop.hpp"
#include "sink/syslog/framing.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>

namespace oktail {
namespace {

constexpr std::size_t chunk_size = 64UL * 1024;
constexpr std::size_t most_on_the_way = 4UL * 1024 * 1024;
constexpr std::chrono::microseconds first_look{100};
constexpr std::chrono::microseconds longest_look{10'000};
constexpr std::chrono::milliseconds reset_follows{100};

/// The receiver has said that nothing follows. Without TLS's own word for it, too: many close so.
bool is_good_end(const Error& why) {
    return why.code() == asio::error::eof || why.code() == boost::asio::ssl::error::stream_truncated;
}

}  // namespace

asio::awaitable<Error> StreamSession::run(Outbox& outbox, std::stop_token stop) {
    const auto end = [this] { line_.stop(); };
    const std::stop_callback on_stop(stop, end);
    std::stop_source ended;
    auto executor = co_await asio::this_coro::executor;
    TaskGroup watching(executor);
    watching.spawn(listen());
    const auto on_the_way = [this] { return !on_the_way_.empty(); };
    watching.spawn(line_.watch(on_the_way, ended.get_token()));
    co_await send_and_settle(outbox);
    if (!line_.is_broken()) co_await line_.stream().finish(deadlines_.finish);
    ended.request_stop();
    line_.fail(Error(ErrorKind::stopped, "the sink is closed"));
    co_await watching.join();
    keep_what_may_be_unread();
    co_return line_.trouble();
}

asio::awaitable<void> StreamSession::send_and_settle(Outbox& outbox) {
    while (!line_.is_over()) {
        if (is_ending_) {
            co_await outbox.changed.wait(line_.over());
        } else if (!replays_.empty() && bytes_on_the_way_ < most_on_the_way) {
            Sending again{std::move(replays_.front()), {}};
            replays_.pop_front();
            co_await send(std::move(again));
        } else if (bytes_on_the_way_ < most_on_the_way && outbox.current()) {
            Sending next = next_chunk(outbox);
            if (!next.chunk.frames.empty()) co_await send(std::move(next));
        } else if (!on_the_way_.empty()) {
            co_await wait_for_acknowledgement();
        } else {
            co_await outbox.changed.wait(line_.over());
        }
    }
}

/// A chunk of each parcel in turn: a short one does not wait for a page in front of it.
StreamSession::Sending StreamSession::next_chunk(Outbox& outbox) const {
    Sending next;
    std::string& frames = next.chunk.frames;
    while (frames.size() < chunk_size) {
        const ParcelPtr parcel = outbox.current();
        if (!parcel) break;
        while (frames.size() < chunk_size) {
            const auto message = parcel->next_message();
            if (!message) break;
            put_frame(frames, keys_.framing, *message);
        }
        next.parts.emplace_back(parcel, parcel->next());
        outbox.end_turn();
    }
    next.chunk.sent = clock_.now();
    return next;
}

asio::awaitable<void> StreamSession::send(Sending sending) {
    bytes_on_the_way_ += sending.chunk.frames.size();
    on_the_way_.push_back(std::move(sending));
    next_look_ = {};
    const std::string& frames = on_the_way_.back().chunk.frames;  // a deque: it stays where it is
    const auto written = co_await line_.stream().write(frames);
    if (!written) co_await line_.write_failed(written.error());
}

asio::awaitable<void> StreamSession::wait_for_acknowledgement() {
    if (line_.age() >= deadlines_.probation && line_.stream().unacknowledged() == 0) {
        acknowledge_all();
        co_return;
    }
    next_look_ = std::clamp(next_look_ * 2, first_look, longest_look);
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, next_look_);
    co_await wait_or_stop(timer, line_.over());
}

void StreamSession::acknowledge_all() {
    for (Sending& sending : on_the_way_) {
        for (const auto& [parcel, end] : sending.parts) parcel->acknowledge(end);
        was_of_use_ = was_of_use_ || !sending.parts.empty();
        ++sending.chunk.taken;
        window_.add(std::move(sending.chunk));
    }
    on_the_way_.clear();
    bytes_on_the_way_ = 0;
    line_.moved();
}

/// A receiver says nothing, so whatever ends this read is the end of the connection, noticed before anything is written.
asio::awaitable<void> StreamSession::listen() {
    std::array<char, 1'024> ignored{};
    for (;;) {
        const auto count = co_await line_.stream().read_some(ignored.data(), ignored.size());
        if (count) continue;
        const Error why = co_await end_of(count.error());
        line_.ended(why);
        co_return;
    }
}

/// A good end may be followed by a reset, which says that something was not read.
asio::awaitable<Error> StreamSession::end_of(Error why) {
    if (!is_good_end(why)) co_return why;
    is_ending_ = true;
    co_await clock_.sleep_for(reset_follows, line_.over());
    if (!line_.is_over() && line_.stream().was_reset())
        co_return Error(ErrorKind::transient, "the peer closed the connection with something unread",
                        asio::error::connection_reset);
    co_return why;
}

bool StreamSession::ended_well() const { return is_good_end(line_.trouble()); }

/// What was taken once is repeated on the next connection; what was not, its routes send again.
void StreamSession::keep_what_may_be_unread() {
    for (Sending& sending : on_the_way_)
        if (sending.parts.empty()) window_.add(std::move(sending.chunk));
    for (ReplayWindow::Chunk& chunk : replays_) window_.add(std::move(chunk));
    if (is_good_end(line_.trouble())) window_.forget_before(clock_.now() - deadlines_.read_by_now);
}

}  // namespace oktail
