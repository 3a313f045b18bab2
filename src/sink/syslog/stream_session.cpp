#include "sink/syslog/stream_session.hpp"

#include "core/task_group.hpp"
#include "core/wait_for_stop.hpp"
#include "sink/syslog/framing.hpp"

#include <boost/asio/error.hpp>
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
        if (!replays_.empty() && bytes_on_the_way_ < most_on_the_way) {
            Chunk again{std::move(replays_.front()), {}, true};
            replays_.pop_front();
            co_await send(std::move(again));
        } else if (bytes_on_the_way_ < most_on_the_way && outbox.current()) {
            Chunk chunk = next_chunk(outbox);
            if (!chunk.frames.empty()) co_await send(std::move(chunk));
        } else if (!on_the_way_.empty()) {
            co_await wait_for_acknowledgement();
        } else {
            co_await outbox.changed.wait(line_.over());
        }
    }
}

/// A chunk of each parcel in turn: a short one does not wait for a page in front of it.
StreamSession::Chunk StreamSession::next_chunk(Outbox& outbox) const {
    Chunk chunk;
    chunk.frames.reserve(chunk_size + keys_.max_message_size);
    while (chunk.frames.size() < chunk_size) {
        const ParcelPtr parcel = outbox.current();
        if (!parcel) break;
        while (chunk.frames.size() < chunk_size) {
            const auto message = parcel->next_message();
            if (!message) break;
            put_frame(chunk.frames, keys_.framing, *message);
        }
        chunk.parts.emplace_back(parcel, parcel->next());
        outbox.end_turn();
    }
    return chunk;
}

asio::awaitable<void> StreamSession::send(Chunk chunk) {
    bytes_on_the_way_ += chunk.frames.size();
    on_the_way_.push_back(std::move(chunk));
    next_look_ = {};
    const std::string& frames = on_the_way_.back().frames;  // a deque: it stays where it is
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
    for (Chunk& chunk : on_the_way_) {
        for (const auto& [parcel, end] : chunk.parts) parcel->acknowledge(end);
        window_.add(std::move(chunk.frames), clock_.now());
    }
    on_the_way_.clear();
    bytes_on_the_way_ = 0;
    was_of_use_ = true;
    line_.moved();
}

/// A receiver says nothing, so whatever ends this read is the end of the connection, noticed before anything is written.
asio::awaitable<void> StreamSession::listen() {
    std::array<char, 1'024> ignored{};
    for (;;) {
        const auto count = co_await line_.stream().read_some(ignored.data(), ignored.size());
        if (!count) co_return line_.ended(count.error());
    }
}

/// What was taken once is repeated on the next connection; what was not, its routes send again.
void StreamSession::keep_what_may_be_unread() {
    for (Chunk& chunk : on_the_way_)
        if (chunk.is_replay) window_.add(std::move(chunk.frames), clock_.now());
    for (std::string& frames : replays_) window_.add(std::move(frames), clock_.now());
    // Whoever closes a connection with something unread resets it (RFC 1122 §4.2.2.13).
    const bool was_closed_well = line_.trouble().code() == asio::error::eof;
    if (was_closed_well) window_.forget_before(clock_.now() - deadlines_.read_by_now);
}

}  // namespace oktail
