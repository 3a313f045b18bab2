#include "core/file_watch.hpp"

#include "core/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace oktail {
namespace {

namespace fs = std::filesystem;

/// The same for every folder: the kernel has one watch for a folder, whoever asked for it.
constexpr std::uint32_t what_stirs = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::chrono::hours never{24 * 365};

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// Where the folder is missing, or may not be read: the nearest one above that can be watched. -1: none.
int watch_nearest(int inotify, const fs::path& folder) {
    fs::path missing;
    for (fs::path at = folder;;) {
        const int watch = ::inotify_add_watch(inotify, at.c_str(), what_stirs);
        const int why = errno;
        if (watch >= 0 && !missing.empty() && is_there(missing)) {  // made before the one above it was watched
            missing.clear();
            at = folder;
            continue;
        }
        const fs::path above = folder_of(at);
        if (watch >= 0 || why == ENOSPC || why == ENOMEM || above == at) return watch;
        if (why == ENOENT) missing = at;
        at = above;
    }
}

}  // namespace

FileWatch::FileWatch(asio::any_io_executor executor, Clock& clock)
    : executor_(executor), clock_(clock), inotify_(executor), tasks_(executor) {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor >= 0) inotify_.assign(descriptor);
}

FileWatch::Watching FileWatch::watch(std::vector<fs::path> files, asio::any_io_executor executor, Changed changed) {
    auto watcher = std::make_shared<Watcher>();
    watcher->files.insert(files.begin(), files.end());
    ::clock_gettime(CLOCK_REALTIME_COARSE, &watcher->since);
    watcher->executor = std::move(executor);
    watcher->changed = std::move(changed);
    asio::post(executor_, [this, weak = std::weak_ptr(watcher)] {
        if (const auto there = weak.lock()) add(there);
    });
    return watcher;
}

asio::awaitable<void> FileWatch::join() {
    if (stop_) stop_->request_stop();
    co_await tasks_.join();
    stop_.reset();
}

void FileWatch::add(const std::shared_ptr<Watcher>& watcher) {
    std::erase_if(watchers_, [](const auto& gone) { return gone.expired(); });
    watchers_.push_back(watcher);
    if (!stop_) {
        stop_.emplace();
        if (inotify_.is_open()) tasks_.spawn(listen(stop_->get_token()));
    }
    for (const fs::path& file : watcher->files) {
        const auto [place, fresh] = folders_.try_emplace(folder_of(file));
        if (fresh) place->second = std::make_shared<Folder>(place->first);
        if (fresh) tasks_.spawn(keep(place->second, stop_->get_token()));
        else stir(*place->second);
    }
}

/// A folder for as long as somebody watches a file in it.
asio::awaitable<void> FileWatch::keep(FolderPtr folder, std::stop_token stop) {
    while (!stop.stop_requested()) {
        auto files = watched_files(*folder);
        if (files.empty()) break;
        folder->stirred = false;
        auto look = [inotify = inotify_.native_handle(), path = folder->path, files = std::move(files)] {
            return look_around(inotify, path, files);
        };
        const auto seen = co_await pool_.run_until(clock_.now() + never, clock_, std::move(look), stop);
        if (seen) note(*folder, *seen);
        if (!folder->stirred) co_await folder->nap.until(clock_.now() + unaided, clock_, stop);
        if (folder->stirred) co_await clock_.sleep_for(settling, stop);
    }
    move_watch(*folder, -1);
    folders_.erase(folder->path);
}

/// Watched before it is looked at, so that no change falls in between.
FileWatch::Seen FileWatch::look_around(int inotify, const fs::path& folder, const std::vector<fs::path>& files) {
    Seen seen;
    seen.watch = inotify < 0 ? -1 : watch_nearest(inotify, folder);
    for (const fs::path& file : files) seen.files.emplace(file, look_at(file));
    return seen;
}

FileWatch::Look FileWatch::look_at(const fs::path& file) {
    Look look;
    struct stat about{};
    if (::stat(file.c_str(), &about) != 0) {  // through symbolic links: a swap is another file
        look.error = errno;
        return look;
    }
    look.device = about.st_dev;
    look.inode = about.st_ino;
    look.size = about.st_size;
    look.changed_s = about.st_ctim.tv_sec;
    look.changed_ns = about.st_ctim.tv_nsec;
    return look;
}

void FileWatch::note(Folder& folder, const Seen& seen) {
    move_watch(folder, seen.watch);
    if (seen.watch < 0 && !std::exchange(folder.unaided, true))
        log::warn({}, "the kernel does not tell of changes in this folder; its files are looked at once a minute",
                  {{"folder", folder.path.string()}});
    for (const auto& [file, look] : seen.files) {
        auto& known = folder.files[file];
        const bool changed = known ? *known != look : changed_meanwhile(file, look);
        known = look;
        if (changed) tell(file);
    }
}

bool FileWatch::changed_meanwhile(const fs::path& file, const Look& look) const {
    return std::any_of(watchers_.begin(), watchers_.end(), [&](const auto& weak) {
        const auto watcher = weak.lock();
        return watcher && watcher->files.contains(file) && look.changed_after(watcher->since);
    });
}

void FileWatch::tell(const fs::path& file) {
    log::info({}, "a watched file has changed", {{"file", file.string()}});
    for (const auto& weak : watchers_) {
        const auto watcher = weak.lock();
        if (!watcher || !watcher->files.contains(file)) continue;
        asio::post(watcher->executor, [weak, file] {
            if (const auto there = weak.lock()) there->changed(file);
        });
    }
}

std::vector<fs::path> FileWatch::watched_files(const Folder& folder) {
    std::set<fs::path> files;
    for (const auto& weak : watchers_)
        if (const auto watcher = weak.lock())
            for (const fs::path& file : watcher->files)
                if (folder_of(file) == folder.path) files.insert(file);
    return {files.begin(), files.end()};
}

/// Folders that are missing share the watch of the one above.
void FileWatch::move_watch(Folder& folder, int watch) {
    const int before = std::exchange(folder.watch, watch);
    if (before < 0 || before == watch || !inotify_.is_open()) return;
    const auto uses = [before](const auto& other) { return other.second->watch == before; };
    if (std::none_of(folders_.begin(), folders_.end(), uses)) ::inotify_rm_watch(inotify_.native_handle(), before);
}

asio::awaitable<void> FileWatch::listen(std::stop_token stop) {
    const auto cancel = [this] { inotify_.cancel(); };
    const std::stop_callback on_stop(stop, cancel);
    std::array<char, 16 * 1024> events;
    while (!stop.stop_requested()) {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        const auto [ec, size] = co_await inotify_.async_read_some(asio::buffer(events), token);
        if (ec) co_return;
        hear(std::string_view(events.data(), size));
    }
}

void FileWatch::hear(std::string_view events) {
    while (events.size() >= sizeof(inotify_event)) {
        inotify_event event;
        std::memcpy(&event, events.data(), sizeof event);
        stir(event.wd);
        events.remove_prefix(std::min(events.size(), sizeof event + event.len));
    }
}

/// A watch that no folder has: of one that is being looked at, or the kernel's queue has run over. Then all are meant.
void FileWatch::stir(int watch) {
    const auto is_meant = [watch](const auto& entry) { return entry.second->watch == watch; };
    const bool all = watch < 0 || std::none_of(folders_.begin(), folders_.end(), is_meant);
    for (const auto& [path, folder] : folders_)
        if (all || folder->watch == watch) stir(*folder);
}

void FileWatch::stir(Folder& folder) {
    folder.stirred = true;
    folder.nap.wake();
}

}  // namespace oktail
