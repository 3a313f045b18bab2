#include "state/sqlite_store.hpp"

#include <boost/asio/this_coro.hpp>

#include <pthread.h>

#include <utility>

namespace oktail {

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& directory,
                                                       const SqliteStoreOptions& options) {
    if (!options.make)
        if (auto there = StateTables::look_for(directory); !there) return there.error();
    auto lock = StateLock::acquire(directory);
    if (!lock) return lock.error();
    auto tables = std::make_unique<StateTables>(directory);
    if (auto opened = tables->open(options.vfs); !opened) return opened.error();
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*lock), std::move(tables), options.log_pages));
}

// Ids of one opening never meet those of another: rows that are gone leave no trace by which to know theirs.
SqliteStore::SqliteStore(StateLock lock, std::unique_ptr<StateTables> tables, int log_pages)
    : lock_(std::move(lock)), tables_(std::move(tables)), log_pages_(log_pages), next_id_(tables_->opened() << 32),
      thread_([this] { work(); }) {
    pthread_setname_np(thread_.native_handle(), "state");
}

SqliteStore::~SqliteStore() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

asio::awaitable<Result<void>> SqliteStore::commit(StateChange change) {
    const auto executor = co_await asio::this_coro::executor;
    const auto answer = std::make_shared<Handover<Result<void>>>(executor);
    {
        const std::lock_guard lock(mutex_);
        waiting_.changes.push_back(std::move(change));
        waiting_.answers.push_back(answer);
    }
    wake_.notify_one();
    co_return co_await Handover<Result<void>>::take(answer);
}

asio::awaitable<Result<void>> SqliteStore::save(RouteId route, Checkpoint checkpoint) {
    StateChange change;
    change.checkpoints.emplace_back(std::move(route), std::move(checkpoint));
    return commit(std::move(change));
}

void SqliteStore::post(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.jobs.push_back(std::move(job));
    }
    wake_.notify_one();
}

template <class T>
asio::awaitable<Result<T>> SqliteStore::read(std::function<Result<T>(StateTables&)> question) {
    const auto executor = co_await asio::this_coro::executor;
    const auto answer = std::make_shared<Handover<Result<T>>>(executor);
    post([this, answer, question = std::move(question)]() mutable {
        Handover<Result<T>>::give(std::move(answer), question(*tables_));
    });
    co_return co_await Handover<Result<T>>::take(answer);
}

asio::awaitable<Result<std::optional<Checkpoint>>> SqliteStore::load(RouteId route) {
    return read<std::optional<Checkpoint>>([route = std::move(route)](StateTables& tables) { return tables.load(route); });
}

asio::awaitable<Result<FileTables>> SqliteStore::load_files() {
    return read<FileTables>([](StateTables& tables) { return tables.load_files(); });
}

asio::awaitable<Result<Checkpoints>> SqliteStore::load_checkpoints() {
    return read<Checkpoints>([](StateTables& tables) { return tables.load_checkpoints(); });
}

asio::awaitable<Result<std::string>> SqliteStore::load_redo(std::int64_t file, std::uint64_t at) {
    return read<std::string>([file, at](StateTables& tables) { return tables.load_redo(file, at); });
}

void SqliteStore::work() {
    for (;;) {
        Batch batch;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            std::swap(batch, waiting_);
        }
        serve(std::move(batch));
    }
}

// Jobs come last, so that reads see what their caller had handed in before.
void SqliteStore::serve(Batch batch) {
    if (!batch.changes.empty()) {
        auto done = tables_->commit(batch.changes);
        // A full disk may still have the room that the log takes: moved into the database, the log begins again.
        if (!done && done.error().kind() == ErrorKind::transient) {
            done = tables_->limit_log(1);
            if (done) done = tables_->commit(batch.changes);
        }
        for (auto& answer : batch.answers) Handover<Result<void>>::give(std::move(answer), done);
    }
    for (auto& job : batch.jobs) job();
    // Its failure is what the next call will be told.
    static_cast<void>(tables_->limit_log(log_pages_));
}

}  // namespace oktail
