#pragma once

#include <oktail/state/state_store.hpp>

#include "core/handover.hpp"
#include "state/state_lock.hpp"
#include "state/state_tables.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace oktail {

class SqliteStoreOptions {
public:
    std::string vfs;       ///< SQLite's name of a file system; empty: the system's. For tests
    int log_pages = 1000;  ///< how long the log grows before it is moved into the database: 32 MiB
    bool make = true;      ///< false: refuse where there is no state yet
};

/// The state in SQLite: one file, one connection, and one thread that commits together what came in while it was busy. What is
/// handed in is done, also when its caller is cancelled. The first error other than a full disk ends it: every later call is
/// answered with that error, and nothing is tried again.
class SqliteStore : public StateStore {
public:
    /// Blocks. Locks the directory, too, for as long as the store lives.
    /// Errors: transient (another process has it, or the disk is full; exit 75), rejected (a person must mend the directory, or
    /// run the right version; exit 78), fatal (damaged or unreadable; exit 74).
    static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& directory,
                                                     const SqliteStoreOptions& options = {});
    /// Finishes what was handed in. The executors of the callers must still be there.
    ~SqliteStore() override;

    asio::awaitable<Result<std::optional<Checkpoint>>> load(RouteId route) override;
    asio::awaitable<Result<void>> save(RouteId route, Checkpoint checkpoint) override;
    asio::awaitable<Result<void>> commit(StateChange change) override;
    asio::awaitable<Result<FileTables>> load_files() override;
    asio::awaitable<Result<Checkpoints>> load_checkpoints() override;
    asio::awaitable<Result<std::string>> load_redo(std::int64_t file, std::uint64_t at) override;
    std::int64_t new_id() override { return next_id_.fetch_add(1, std::memory_order_relaxed); }
    bool was_empty() const override { return tables_->was_empty(); }

    /// Runs `job` on the store's thread, behind what was handed in before. Any thread.
    void post(std::function<void()> job);

private:
    using Answer = std::shared_ptr<Handover<Result<void>>>;

    /// What came in while the thread was busy.
    struct Batch {
        std::vector<StateChange> changes;
        std::vector<Answer> answers;              ///< one for each change
        std::vector<std::function<void()>> jobs;  ///< reads, mostly

        bool empty() const { return changes.empty() && jobs.empty(); }
    };

    SqliteStore(StateLock lock, std::unique_ptr<StateTables> tables, int log_pages);

    template <class T>
    asio::awaitable<Result<T>> read(std::function<Result<T>(StateTables&)> question);
    void work();
    void serve(Batch batch);

    StateLock lock_;
    std::unique_ptr<StateTables> tables_;  // the thread's own, once it runs
    const int log_pages_;
    std::atomic<std::int64_t> next_id_;

    std::mutex mutex_;
    std::condition_variable wake_;
    Batch waiting_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace oktail
