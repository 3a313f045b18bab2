#pragma once

#include "core/task_group.hpp"
#include "sink/file/file_env.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/state/state_store.hpp>

#include <cstdint>
#include <stop_token>
#include <vector>

namespace oktail {

class ExactStream;

/// Flushes the exactly-once streams of a shard together, a second after the first promise, and ends what they have kept in
/// one transaction. On that shard.
class GroupFlush {
public:
    /// `most_promised`: above so many bytes it does not wait for the second.
    GroupFlush(const FileEnv& env, TaskGroup& tasks, std::stop_token stop, std::uint64_t most_promised);

    void join(ExactStream& stream) { streams_.push_back(&stream); }
    /// A stream has promised more.
    void promised(std::uint64_t bytes);
    /// Every stream flushes as soon as nothing else is under way in it.
    void flush_all();
    /// Ends, in one transaction, the promises that are flushed.
    asio::awaitable<void> purge();

private:
    asio::awaitable<void> tick();

    const FileEnv& env_;
    TaskGroup& tasks_;
    std::stop_token stop_;
    std::uint64_t most_promised_;
    std::uint64_t promised_since_flush_ = 0;
    std::vector<ExactStream*> streams_;
    bool ticking_ = false;
};

}  // namespace oktail
