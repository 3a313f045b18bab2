#pragma once

#include "sink/file/file_env.hpp"
#include "sink/file/finished_file.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/state/state_store.hpp>

#include <map>
#include <stop_token>

namespace oktail {

/// Packs finished files and deletes old ones, one at a time, when nothing more urgent is to be done. On one shard.
class FileKeeper {
public:
    FileKeeper(const FileEnv& env, WorkerPool& pool, std::stop_token stop) : env_(env), pool_(pool), stop_(std::move(stop)) {}

    /// The state has it as sealed or packed.
    void take(FileRow row) { files_.emplace(UtcTime(), std::move(row)); }
    /// Does what is due now.
    asio::awaitable<void> work();

private:
    asio::awaitable<void> step(FileRow row);
    asio::awaitable<bool> save(FileRow row, FinishedStep::Kind kind);

    const FileEnv& env_;
    WorkerPool& pool_;
    std::stop_token stop_;
    std::multimap<UtcTime, FileRow> files_;  ///< by when they are looked at next
};

}  // namespace oktail
