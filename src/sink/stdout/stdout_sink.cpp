#include "sink/stdout/stdout_sink.hpp"

#include "format/line_format.hpp"

namespace oktail {
namespace {

class StdoutSinkWriter : public SinkWriter {
public:
    StdoutSinkWriter(LineFormat format, std::shared_ptr<PipeWriter> writer, WorkerPool& pool)
        : format_(std::move(format)), writer_(std::move(writer)), pool_(pool) {}

    asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint) override {
        const Lines lines = format_.render(batch, first);
        auto job = [writer = writer_, lines] { return writer->write(lines.view()); };
        const PipeWriter::Taken taken = co_await pool_.run(std::move(job));
        if (taken.error) co_return WriteOutcome(taken.lines, *taken.error);
        co_return WriteOutcome(taken.lines, false);
    }

private:
    LineFormat format_;
    std::shared_ptr<PipeWriter> writer_;
    WorkerPool& pool_;
};

}  // namespace

StdoutSink::StdoutSink(std::shared_ptr<const StdoutOptions> options, int fd)
    : options_(std::move(options)), writer_(std::make_shared<PipeWriter>(fd)), pool_("stdout", 1) {}

asio::awaitable<Result<std::unique_ptr<SinkWriter>>> StdoutSink::open(RouteId route, TenantProfile tenant) {
    LineFormat format = line_format(options_->format, route, tenant);
    std::unique_ptr<SinkWriter> writer = std::make_unique<StdoutSinkWriter>(std::move(format), writer_, pool_);
    co_return writer;
}

asio::awaitable<void> StdoutSink::close() {
    writer_->stop();
    auto last = [] { return true; };  // behind every page that nobody waits for any more
    co_await pool_.run(std::move(last));
}

std::optional<std::string> StdoutSink::traces(const RouteId&, const Labels&) { return std::nullopt; }

}  // namespace oktail
