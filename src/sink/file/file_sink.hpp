#pragma once

#include "core/worker_pool.hpp"
#include "sink/file/file_env.hpp"
#include "sink/file/file_options.hpp"
#include "sink/file/stream_shard.hpp"

#include <oktail/sink/sink_factory.hpp>

#include <memory>
#include <string>
#include <vector>

namespace oktail {

/// Lines in files. Each stream lives on the shard its key says; routes of other shards hand their pages over.
class FileSink : public Sink {
public:
    FileSink(std::string name, std::shared_ptr<const FileOptions> options, SinkDeps deps, FileIo& io);
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;
    /// A mount that hangs does not hold it up.
    ~FileSink() override;

    asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile tenant) override;
    asio::awaitable<void> look_again() override;
    asio::awaitable<void> close() override;
    std::optional<std::string> traces(const RouteId& route, const Labels& labels) override;

private:
    Result<StreamPath> path_of(const RouteId& route, const Labels& labels) const;
    std::size_t shard_of(const std::string& stream_key) const;

    std::shared_ptr<const FileOptions> options_;
    std::unique_ptr<WorkerPool> pool_;
    std::unique_ptr<WorkerPool> packers_;
    FileEnv env_;
    std::vector<std::unique_ptr<StreamShard>> shards_;
};

}  // namespace oktail
