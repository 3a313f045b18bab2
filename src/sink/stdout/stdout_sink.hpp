#pragma once

#include "core/worker_pool.hpp"
#include "sink/stdout/pipe_writer.hpp"
#include "sink/stdout/stdout_options.hpp"

#include <oktail/sink/sink.hpp>

#include <memory>
#include <string>

namespace oktail {

/// Lines on standard output, for pipes. One thread writes, a page at a time, so a slow reader holds back its routes and
/// nobody else; without a reader they pause.
class StdoutSink : public Sink {
public:
    StdoutSink(std::shared_ptr<const StdoutOptions> options, int fd);

    asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile tenant) override;
    asio::awaitable<void> close() override;
    std::optional<std::string> traces(const RouteId& route, const Labels& labels) override;

private:
    std::shared_ptr<const StdoutOptions> options_;
    std::shared_ptr<PipeWriter> writer_;
    WorkerPool pool_;
};

}  // namespace oktail
