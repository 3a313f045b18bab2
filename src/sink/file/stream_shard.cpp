#include "sink/file/stream_shard.hpp"

#include "core/log.hpp"
#include "sink/file/exact_stream.hpp"
#include "sink/file/file_name.hpp"
#include "sink/file/plain_stream.hpp"

#include <algorithm>
#include <utility>

namespace oktail {

StreamShard::StreamShard(const FileEnv& env, Delivery delivery, asio::any_io_executor executor, std::uint64_t most_promised,
                         WorkerPool& packers, std::function<bool(const std::string&)> chosen)
    : env_(env), delivery_(delivery), chosen_(std::move(chosen)), group_(env, tasks_, stop_.get_token(), most_promised),
      keeper_(env, packers, stop_.get_token()), tasks_(std::move(executor)) {}

void StreamShard::open(StreamPath path, std::shared_ptr<Opened> answer) {
    // A route that was on its way here when the sink closed: there are no streams any more.
    if (stop_.stop_requested()) return Opened::give(std::move(answer), Error(ErrorKind::stopped, "the sink is closed"));
    tasks_.spawn(open_stream(std::move(path), std::move(answer)));
}

asio::awaitable<void> StreamShard::open_stream(StreamPath path, std::shared_ptr<Opened> answer) {
    auto stream = co_await stream_at(std::move(path));
    Opened::give(std::move(answer), std::move(stream));
}

asio::awaitable<Result<Stream*>> StreamShard::stream_at(StreamPath path) {
    const auto known = co_await load_known();
    if (!known) co_return known.error();
    const std::string key = stream_key(env_.sink, path);
    if (!streams_.contains(key)) streams_.emplace(key, make_stream(std::move(path), key));
    Stream* stream = streams_.at(key).get();
    const auto opened = co_await stream->open();
    if (!opened) co_return opened.error();
    co_return stream;
}

asio::awaitable<Result<void>> StreamShard::load_known() {
    if (known_ || delivery_ == Delivery::at_least_once) co_return Result<void>();
    auto tables = co_await env_.state.load_files();
    if (!tables) co_return tables.error();
    auto known = streams_of(std::move(*tables));
    if (!known) co_return known.error();
    if (known_) co_return Result<void>();
    known_ = std::move(*known);
    // Finished files are kept whether a tenant still writes to their stream or not.
    for (const auto& [key, stream] : *known_)
        if (key.starts_with(env_.sink + '\n') && chosen_(key))
            for (const FileLedger& file : stream.files)
                if (file.row().state != FileState::live) keeper_.take(file.row());
    tasks_.spawn(keep_files());
    co_return Result<void>();
}

std::unique_ptr<Stream> StreamShard::make_stream(StreamPath path, const std::string& key) {
    if (delivery_ == Delivery::at_least_once) return std::make_unique<PlainStream>(env_, tasks_, std::move(path));
    StreamFiles files;
    const auto found = known_->find(key);
    if (found != known_->end()) {
        files = found->second;
    } else {
        files.stream.id = env_.state.new_id();
        files.stream.key = key;
    }
    return std::make_unique<ExactStream>(env_, group_, keeper_, tasks_, stop_.get_token(), std::move(path), std::move(files));
}

asio::awaitable<void> StreamShard::keep_files() {
    while (!stop_.stop_requested()) {
        // A stream without events would leave its last file unfinished for ever.
        for (const auto& [key, stream] : streams_)
            if (stream->is_over()) stream->ask_to_look();
        co_await keeper_.work();
        co_await env_.clock.sleep_for(std::chrono::minutes(1), stop_.get_token());
    }
}

asio::awaitable<void> StreamShard::look_again() {
    constexpr std::chrono::milliseconds pause{50};
    constexpr int most_pauses = 100;  // a hung mount must not hold up a reload
    for (const auto& [key, stream] : streams_) stream->ask_to_look();
    const auto looks = [](const auto& entry) { return entry.second->is_asked_to_look(); };
    for (int i = 0; i < most_pauses && std::any_of(streams_.begin(), streams_.end(), looks); ++i)
        co_await env_.clock.sleep_for(pause, stop_.get_token());
}

asio::awaitable<void> StreamShard::close() {
    // Beyond this a hung disk would hold up the stop; the state has everything anyway.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    std::stop_source in_time;
    TaskGroup deadline(executor());
    deadline.spawn(cancel_later(in_time.get_token()));
    stop_.request_stop();
    group_.flush_all();
    co_await tasks_.join();
    if (!cancelled_) tasks_.spawn(group_.purge());
    co_await tasks_.join();
    in_time.request_stop();
    co_await deadline.join();
    streams_.clear();
}

asio::awaitable<void> StreamShard::cancel_later(std::stop_token in_time) {
    co_await env_.clock.sleep_for(std::chrono::seconds(3), in_time);
    if (in_time.stop_requested()) co_return;
    log::warn(log::Scope({}, env_.sink), "closed before everything was flushed");
    cancelled_ = true;
    tasks_.cancel();
}

}  // namespace oktail
