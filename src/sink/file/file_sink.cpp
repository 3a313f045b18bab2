#include "sink/file/file_sink.hpp"

#include "core/task_group.hpp"
#include "format/line_format.hpp"
#include "sink/file/file_name.hpp"
#include "sink/file/file_work.hpp"
#include "sink/file/flush_rule.hpp"

#include <boost/asio/co_spawn.hpp>

#include <glob.h>
#include <sys/stat.h>

#include <functional>

namespace oktail {
namespace {

constexpr unsigned pool_threads = 4;

/// Whatever ends the wait for an answer, a hard cancel too: the page is not wanted any more.
class AbandonedAtExit {
public:
    explicit AbandonedAtExit(std::shared_ptr<StagedPage> page) : page_(std::move(page)) {}
    AbandonedAtExit(const AbandonedAtExit&) = delete;
    AbandonedAtExit& operator=(const AbandonedAtExit&) = delete;
    ~AbandonedAtExit() { page_->abandoned = true; }

private:
    std::shared_ptr<StagedPage> page_;
};

class FileSinkWriter : public SinkWriter {
public:
    FileSinkWriter(RouteId route, LineFormat format, Stream& stream, asio::any_io_executor stream_executor)
        : route_(std::move(route)), format_(std::move(format)), stream_(stream), stream_executor_(std::move(stream_executor)) {}

    asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint after) override {
        if (first >= batch.size()) co_return WriteOutcome();
        auto executor = co_await asio::this_coro::executor;
        const auto answer = std::make_shared<StagedPage::Answer>(executor);
        const auto page =
            std::make_shared<StagedPage>(route_, format_.render(batch, first), batch.size() - first, std::move(after), answer);
        const AbandonedAtExit guard(page);
        asio::post(stream_executor_, [stream = &stream_, page] { stream->stage(page); });
        co_return co_await StagedPage::Answer::take(answer);
    }

private:
    RouteId route_;
    LineFormat format_;
    Stream& stream_;
    asio::any_io_executor stream_executor_;
};

bool holds_bytes(const char* path) {
    struct stat found{};
    return ::lstat(path, &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0;
}

asio::awaitable<void> look_again_on(StreamShard& shard) {
    co_await asio::co_spawn(shard.executor(), shard.look_again(), asio::use_awaitable);
}

asio::awaitable<void> close_shard(StreamShard& shard) {
    co_await asio::co_spawn(shard.executor(), shard.close(), asio::use_awaitable);
}

}  // namespace

FileSink::FileSink(std::string name, std::shared_ptr<const FileOptions> options, SinkDeps deps, FileIo& io)
    : options_(std::move(options)), pool_(std::make_unique<WorkerPool>("file " + name, pool_threads)),
      packers_(std::make_unique<WorkerPool>("pack " + name, 1)),
      env_(std::move(name), deps.clock, deps.state, io, *pool_, options_->fsync, options_->mode, options_->rotate),
      shards_(deps.shards.size()) {
    for (std::size_t i = 0; i < shards_.size(); ++i)
        shards_[i] = std::make_unique<StreamShard>(env_, options_->delivery, deps.shards[i], most_promised / shards_.size(),
                                                   *packers_, [this, i](const std::string& key) { return shard_of(key) == i; });
}

FileSink::~FileSink() {
    shards_.clear();
    leave_behind(std::move(pool_));
    leave_behind(std::move(packers_));
}

Result<StreamPath> FileSink::path_of(const RouteId& route, const Labels& labels) const {
    auto path = fill_path(options_->path, route.tenant(), labels);
    if (path && options_->rotate.size != 0) path->number_files();
    return path;
}

asio::awaitable<Result<std::unique_ptr<SinkWriter>>> FileSink::open(RouteId route, TenantProfile tenant) {
    const auto path = path_of(route, tenant.labels);
    if (!path) co_return path.error();
    auto make = [&io = env_.io, base = path->base(), delivery = options_->delivery]() -> Result<void> {
        const auto there = make_base(io, base);
        if (!there) return there;
        return delivery == Delivery::exactly_once ? check_trust(io, base) : Result<void>();
    };
    const auto made = co_await pool_->run(std::move(make));
    if (!made) co_return made.error();
    StreamShard& shard = *shards_[shard_of(stream_key(env_.sink, *path))];
    auto executor = co_await asio::this_coro::executor;
    const auto answer = std::make_shared<StreamShard::Opened>(executor);
    asio::post(shard.executor(), [shard = &shard, path = *path, answer] { shard->open(path, answer); });
    const auto stream = co_await StreamShard::Opened::take(answer);
    if (!stream) co_return stream.error();
    LineFormat format = line_format(options_->format, route, tenant);
    std::unique_ptr<SinkWriter> writer =
        std::make_unique<FileSinkWriter>(std::move(route), std::move(format), **stream, shard.executor());
    co_return writer;
}

asio::awaitable<void> FileSink::look_again() {
    auto executor = co_await asio::this_coro::executor;
    TaskGroup looking(executor);
    for (const auto& shard : shards_) looking.spawn(look_again_on(*shard));
    co_await looking.join();
}

asio::awaitable<void> FileSink::close() {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto executor = co_await asio::this_coro::executor;
    TaskGroup closing(executor);
    for (const auto& shard : shards_) closing.spawn(close_shard(*shard));
    co_await closing.join();
}

std::optional<std::string> FileSink::traces(const RouteId& route, const Labels& labels) {
    const auto path = fill_path(options_->path, route.tenant(), labels);
    if (!path) return std::nullopt;
    glob_t found{};
    const std::unique_ptr<glob_t, void (*)(glob_t*)> freed(&found, ::globfree);
    if (::glob(path->glob().c_str(), GLOB_NOSORT, nullptr, &found) != 0) return std::nullopt;
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
        if (holds_bytes(found.gl_pathv[i])) return std::string(found.gl_pathv[i]);
    return std::nullopt;
}

std::size_t FileSink::shard_of(const std::string& stream_key) const {
    return std::hash<std::string>()(stream_key) % shards_.size();
}

}  // namespace oktail
