#pragma once

#include <oktail/core/clock.hpp>

#include "core/nap.hpp"
#include "core/task_group.hpp"
#include "core/worker_pool.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

/// Tells when files change, come or go, however that is done: written in place, renamed over, swapped by a symbolic link (as
/// Kubernetes does it), deleted and made again, made readable. The kernel says that something stirs in a file's folder (one
/// watch for all its files); whether the file has changed is seen by looking at it. It is looked at once a minute anyway: for
/// network file systems, for folders that are swapped themselves, and where the kernel is out of watches.
class FileWatch {
public:
    using Changed = std::function<void(const std::filesystem::path& file)>;
    /// Ends the watching when it goes. Where that happens on the executor that watch() was given, nothing is called after it.
    using Watching = std::shared_ptr<const void>;

    static constexpr std::chrono::milliseconds settling{200};  ///< one change has many events
    static constexpr std::chrono::seconds unaided{60};         ///< between looks when nothing stirs

    /// What is referred to outlives it. Never fails: at worst changes are seen late.
    FileWatch(asio::any_io_executor executor, Clock& clock);

    /// Calls `changed` on `executor`, which outlives this object, for each change from now on: what is read of the files later
    /// is never out of date without a call. How the files are found at first is no change. Any thread.
    [[nodiscard]] Watching watch(std::vector<std::filesystem::path> files, asio::any_io_executor executor, Changed changed);
    /// Ends all watching; call it on the executor before this object goes. What hangs in a look is left behind.
    asio::awaitable<void> join();

private:
    /// What tells one state of a file from another; the kernel sets the time of change, and nobody else can.
    struct Look {
        int error = 0;
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t changed_s = 0;
        std::int64_t changed_ns = 0;
        bool changed_after(const std::timespec& moment) const noexcept {
            return std::pair(changed_s, changed_ns) > std::pair<std::int64_t, std::int64_t>(moment.tv_sec, moment.tv_nsec);
        }
        bool operator==(const Look&) const = default;
    };
    struct Seen {
        int watch = -1;
        std::map<std::filesystem::path, Look> files;
    };
    struct Watcher {
        std::set<std::filesystem::path> files;
        std::timespec since{};  ///< by the clock that stamps files
        asio::any_io_executor executor;
        Changed changed;
    };
    struct Folder {
        explicit Folder(std::filesystem::path path) : path(std::move(path)) {}
        std::filesystem::path path;
        std::map<std::filesystem::path, std::optional<Look>> files;  ///< empty until looked at
        int watch = -1;  ///< the kernel's number; of the nearest folder above while this one is missing
        bool stirred = false;
        bool unaided = false;  ///< and the log has it
        Nap nap;
    };
    using FolderPtr = std::shared_ptr<Folder>;

    static Look look_at(const std::filesystem::path& file);
    static Seen look_around(int inotify, const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files);

    void add(const std::shared_ptr<Watcher>& watcher);
    asio::awaitable<void> keep(FolderPtr folder, std::stop_token stop);
    asio::awaitable<void> listen(std::stop_token stop);
    std::vector<std::filesystem::path> watched_files(const Folder& folder);
    void note(Folder& folder, const Seen& seen);
    /// Before anybody had looked at it.
    bool changed_meanwhile(const std::filesystem::path& file, const Look& look) const;
    void tell(const std::filesystem::path& file);
    void hear(std::string_view events);
    void stir(int watch);
    static void stir(Folder& folder);
    void move_watch(Folder& folder, int watch);

    asio::any_io_executor executor_;
    Clock& clock_;
    asio::posix::stream_descriptor inotify_;
    std::vector<std::weak_ptr<Watcher>> watchers_;
    std::map<std::filesystem::path, FolderPtr> folders_;
    std::optional<std::stop_source> stop_;  ///< while somebody watches
    WorkerPool pool_{"file-watch", 2};      ///< a look at a hung mount does not return
    TaskGroup tasks_;
};

}  // namespace oktail
