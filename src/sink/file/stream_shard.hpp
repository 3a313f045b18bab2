#pragma once

#include "core/handover.hpp"
#include "core/task_group.hpp"
#include "sink/file/file_env.hpp"
#include "sink/file/file_keeper.hpp"
#include "sink/file/group_flush.hpp"
#include "sink/file/stream.hpp"
#include "sink/file/stream_files.hpp"
#include "sink/file/stream_path.hpp"

#include <oktail/core/asio.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace oktail {

/// The streams of one sink that live on one shard.
class StreamShard {
public:
    using Opened = Handover<Result<Stream*>>;

    /// `chosen` says which streams live here.
    StreamShard(const FileEnv& env, Delivery delivery, asio::any_io_executor executor, std::uint64_t most_promised,
                WorkerPool& packers, std::function<bool(const std::string& key)> chosen);

    const asio::any_io_executor& executor() const noexcept { return tasks_.executor(); }
    /// Starts opening the stream at `path`. On the shard.
    void open(StreamPath path, std::shared_ptr<Opened> answer);
    /// Every stream looks at its file again. Returns when they have, or after some seconds. On the shard.
    asio::awaitable<void> look_again();
    /// Flushes, ends the promises, and lets go of everything; gives up after some seconds. On the shard.
    asio::awaitable<void> close();

private:
    asio::awaitable<void> open_stream(StreamPath path, std::shared_ptr<Opened> answer);
    asio::awaitable<Result<Stream*>> stream_at(StreamPath path);
    asio::awaitable<Result<void>> load_known();
    std::unique_ptr<Stream> make_stream(StreamPath path, const std::string& key);
    asio::awaitable<void> keep_files();
    asio::awaitable<void> cancel_later(std::stop_token in_time);

    const FileEnv& env_;
    Delivery delivery_;
    std::function<bool(const std::string&)> chosen_;
    std::stop_source stop_;
    bool cancelled_ = false;
    std::optional<std::map<std::string, StreamFiles>> known_;  ///< by the state, when the first stream was opened
    std::map<std::string, std::unique_ptr<Stream>> streams_;
    GroupFlush group_;
    FileKeeper keeper_;
    TaskGroup tasks_;
};

}  // namespace oktail
