#include "sink/file/group_flush.hpp"

#include "core/log.hpp"
#include "sink/file/exact_stream.hpp"
#include "sink/file/flush_rule.hpp"

#include <algorithm>
#include <utility>

namespace oktail {

GroupFlush::GroupFlush(const FileEnv& env, TaskGroup& tasks, std::stop_token stop, std::uint64_t most_promised)
    : env_(env), tasks_(tasks), stop_(std::move(stop)), most_promised_(most_promised) {}

void GroupFlush::promised(std::uint64_t bytes) {
    promised_since_flush_ += bytes;
    if (promised_since_flush_ > most_promised_) flush_all();
    if (!std::exchange(ticking_, true)) tasks_.spawn(tick());
}

void GroupFlush::flush_all() {
    promised_since_flush_ = 0;
    for (ExactStream* stream : streams_) stream->ask_for_flush();
}

asio::awaitable<void> GroupFlush::tick() {
    const auto purged = [](const ExactStream* stream) { return stream->is_all_purged(); };
    do {
        co_await env_.clock.sleep_for(flush_interval, stop_);
        // What the last tick flushed ends now: this one waits for nobody, so a file that hangs holds up no other.
        co_await purge();
        flush_all();
    } while (!stop_.stop_requested() && !std::all_of(streams_.begin(), streams_.end(), purged));
    ticking_ = false;
}

asio::awaitable<void> GroupFlush::purge() {
    StateChange change;
    std::vector<std::pair<ExactStream*, FileRow>> ended;
    for (ExactStream* stream : streams_)
        if (auto row = stream->purge(change)) ended.emplace_back(stream, std::move(*row));
    if (ended.empty()) co_return;
    const auto saved = co_await env_.state.commit(std::move(change));
    if (!saved) {
        log::warn(log::Scope({}, env_.sink), "promises that are kept stay in the state", {{"what", saved.error().what()}});
        co_return;
    }
    for (const auto& [stream, row] : ended) stream->purged(row);
}

}  // namespace oktail
