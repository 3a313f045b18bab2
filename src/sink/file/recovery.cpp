#include "sink/file/recovery.hpp"

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "sink/file/promised_file.hpp"
#include "sink/file/stream_files.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace oktail {
namespace {

/// Nobody but us may read it until its stream, which knows the configured mode, goes on with it.
constexpr mode_t mode_of_found_again = 0600;
constexpr unsigned at_once = 16;
/// A disk that is that long silent is left to its own routes: their streams mend their files when it answers.
constexpr std::chrono::seconds patience_with_a_disk{30};

bool has_promises(const StreamFiles& stream) {
    const auto promises = [](const FileLedger& file) { return !file.all_purged(); };
    return std::any_of(stream.files.begin(), stream.files.end(), promises);
}

class Recovery {
public:
    Recovery(SinkDeps deps, FileIo& io) : deps_(std::move(deps)), io_(io) {}

    asio::awaitable<Result<void>> run() {
        auto tables = co_await deps_.state.load_files();
        if (!tables) co_return tables.error();
        auto known = streams_of(std::move(*tables));
        if (!known) co_return known.error();
        for (auto& [key, stream] : *known)
            if (has_promises(stream)) streams_.push_back(std::move(stream));
        if (streams_.empty()) co_return Result<void>();
        pool_ = std::make_unique<WorkerPool>("recovery", at_once);
        auto executor = co_await asio::this_coro::executor;
        TaskGroup mending(executor);
        for (unsigned i = 0; i < at_once; ++i) mending.spawn(take_streams());
        std::stop_source mended;
        TaskGroup watch(executor);
        watch.spawn(end_without_progress(mending, mended.get_token()));
        co_await mending.join();
        mended.request_stop();
        co_await watch.join();
        leave_behind(std::move(pool_));
        if (fatal_) co_return *fatal_;
        const auto saved = co_await deps_.state.commit(std::move(ended_));
        if (!saved && saved.error().kind() == ErrorKind::fatal) co_return saved;
        if (!saved) log::warn({}, "what was mended is mended again later", {{"what", saved.error().what()}});
        log::info({}, "finished what an earlier run began", {{"files", files_}, {"bytes", bytes_}});
        co_return Result<void>();
    }

private:
    asio::awaitable<void> take_streams() {
        while (!streams_.empty() && !fatal_) {
            StreamFiles stream = std::move(streams_.back());
            streams_.pop_back();
            co_await recover(std::move(stream));
            progress_at_ = deps_.clock.now();
        }
    }

    /// A disk that hangs must not keep the routes to other disks from starting.
    asio::awaitable<void> end_without_progress(TaskGroup& mending, std::stop_token mended) {
        progress_at_ = deps_.clock.now();
        while (!mended.stop_requested() && deps_.clock.now() < progress_at_ + patience_with_a_disk)
            co_await deps_.clock.sleep_until(progress_at_ + patience_with_a_disk, mended);
        if (mended.stop_requested()) co_return;
        log::error({}, "some files are not mended yet: their disk does not answer");
        mending.cancel();
    }

    asio::awaitable<void> recover(StreamFiles stream) {
        const std::string key = stream.stream.key;
        const FileEnv env(key.substr(0, key.find('\n')), deps_.clock, deps_.state, io_, *pool_, Fsync::page,
                          mode_of_found_again);
        StreamPath path = StreamPath::of_pattern(pattern_of_key(key));
        if (stream.stream.last_seq != 0) path.number_files();
        StreamNames names(std::move(path), std::move(stream.stream));
        for (FileLedger& ledger : stream.files) {
            if (ledger.all_purged()) continue;
            const std::string where = ledger.row().path;
            const std::uint64_t bytes = ledger.promised_bytes();
            PromisedFile file(env, names, std::move(ledger));
            const auto mended = co_await file.mend();
            const log::Scope scope({}, env.sink);
            if (mended) {
                log::debug(scope, "finished a file", {{"path", where}, {"bytes", bytes}});
                file.end_promises(ended_);
                ++files_;
                bytes_ += bytes;
                continue;
            }
            log::error(scope, "a file waits to be mended", {{"path", where}, {"what", mended.error().what()}});
            if (mended.error().kind() == ErrorKind::fatal) fatal_ = mended.error();
        }
    }

    SinkDeps deps_;
    FileIo& io_;
    std::unique_ptr<WorkerPool> pool_;
    std::vector<StreamFiles> streams_;
    SteadyTime progress_at_{};
    StateChange ended_;  ///< in one transaction: thousands of them would take their time
    std::size_t files_ = 0;
    std::uint64_t bytes_ = 0;
    std::optional<Error> fatal_;
};

}  // namespace

asio::awaitable<Result<void>> recover_files(SinkDeps deps, FileIo& io) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    Recovery recovery(std::move(deps), io);
    co_return co_await recovery.run();
}

}  // namespace oktail
