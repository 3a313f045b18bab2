#include "unit/sink/file/fake_disk.hpp"

#include "sink/file/file_work.hpp"

#include <algorithm>
#include <cerrno>

namespace oktail {
namespace {

Error failed(int number) {
    const boost::system::error_code code(number, boost::system::system_category());
    return Error(ErrorKind::transient, code.message(), code);
}

}  // namespace

class FakeDisk::Handle : public File {
public:
    Handle(FakeDisk& disk, std::shared_ptr<Inode> inode) : disk_(disk), inode_(std::move(inode)), life_(disk.life_) {
        ++disk_.open_files_;
    }
    ~Handle() override {
        const std::lock_guard lock(disk_.mutex_);
        --disk_.open_files_;
        if (life_ == disk_.life_) inode_->locked = false;
    }

    Result<std::size_t> write_at(std::uint64_t at, std::string_view bytes) override { return disk_.write(*inode_, at, bytes); }
    Result<std::string> read_at(std::uint64_t at, std::size_t size) override {
        const std::lock_guard lock(disk_.mutex_);
        if (disk_.fuse_->is_dead()) return failed(EIO);
        if (at >= inode_->cached.size()) return std::string();
        return inode_->cached.substr(at, size);
    }
    Result<void> flush() override { return disk_.flush(*inode_); }
    Result<FileStatus> status() override {
        const std::lock_guard lock(disk_.mutex_);
        if (disk_.fuse_->is_dead()) return failed(EIO);
        return status_of(*inode_);
    }
    Result<void> set_mode(mode_t) override { return {}; }
    Result<void> reopen() override {
        if (disk_.fuse_->is_dead()) return failed(EIO);
        return {};
    }

private:
    FakeDisk& disk_;
    std::shared_ptr<Inode> inode_;
    int life_;
};

void FakeDisk::boot(Fuse& fuse, Loss loss) {
    const std::lock_guard lock(mutex_);
    fuse_ = &fuse;
    ++life_;
    if (loss == Loss::everything) {
        names_ = flushed_names_;
        directories_ = flushed_directories_;
        std::erase_if(names_, [this](const auto& entry) { return !directories_.contains(directory_of(entry.first)); });
    }
    if (loss == Loss::new_names)
        std::erase_if(names_, [this](const auto& entry) { return !flushed_names_.contains(entry.first); });
    for (const auto& [path, inode] : names_) {
        lose(*inode, loss);
        inode->locked = false;
    }
    // What survives a power cut is on disk.
    if (loss != Loss::nothing) {
        flushed_names_ = names_;
        flushed_directories_ = directories_;
    }
}

void FakeDisk::lose(Inode& inode, Loss loss) {
    if (loss == Loss::nothing) return;
    std::string left = inode.flushed;
    if (loss == Loss::zeros || loss == Loss::every_second) left.resize(inode.cached.size());
    if (loss == Loss::every_second)
        for (std::size_t i = 0; i < left.size(); ++i)
            if (inode.dirty[i] && i / block % 2 == 1) left[i] = inode.cached[i];
    inode.cached = inode.flushed = left;
    inode.dirty.assign(left.size(), false);
}

void FakeDisk::set_time(UtcTime now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
}

void FakeDisk::set_room(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    room_ = bytes;
}

void FakeDisk::fail_flushes(int times) {
    const std::lock_guard lock(mutex_);
    failing_flushes_ = times;
}

void FakeDisk::fail_write() {
    const std::lock_guard lock(mutex_);
    failing_write_ = FailingWrite::takes_half;
}

void FakeDisk::hang() {
    const std::lock_guard lock(mutex_);
    hanging_ = true;
}

void FakeDisk::release() {
    const std::lock_guard lock(mutex_);
    hanging_ = false;
    released_.notify_all();
}

void FakeDisk::put(const std::string& path, const std::string& content) {
    const std::lock_guard lock(mutex_);
    auto inode = std::make_shared<Inode>();
    inode->ino = ++last_ino_;
    inode->links = 1;
    inode->cached = inode->flushed = content;
    inode->dirty.assign(content.size(), false);
    names_[path] = flushed_names_[path] = inode;
}

void FakeDisk::append(const std::string& path, const std::string& more) {
    const std::lock_guard lock(mutex_);
    Inode& inode = *names_.at(path);
    store(inode, inode.cached.size(), more);
}

void FakeDisk::overwrite(const std::string& path, const std::string& content) {
    const std::lock_guard lock(mutex_);
    Inode& inode = *names_.at(path);
    inode.cached = inode.flushed = content;
    inode.dirty.assign(content.size(), false);
}

void FakeDisk::move(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    names_[to] = names_.at(from);
    names_.erase(from);
}

void FakeDisk::take_away(const std::string& path) {
    const std::lock_guard lock(mutex_);
    --names_.at(path)->links;
    names_.erase(path);
    seen_.erase(path);
}

std::string FakeDisk::content(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(path);
    return found == names_.end() ? "(no such file)" : found->second->cached;
}

std::string FakeDisk::flushed_content(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = flushed_names_.find(path);
    return found == flushed_names_.end() ? "(no such file)" : found->second->flushed;
}

std::vector<std::string> FakeDisk::paths() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [path, inode] : names_) out.push_back(path);
    return out;
}

int FakeDisk::open_files() const {
    const std::lock_guard lock(mutex_);
    return open_files_;
}

std::map<std::string, std::string> FakeDisk::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

Result<std::shared_ptr<File>> FakeDisk::open(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (fuse_->is_dead()) return failed(EIO);
    const auto found = names_.find(path);
    if (found == names_.end()) return failed(ENOENT);
    return opened(found->second);
}

Result<std::shared_ptr<File>> FakeDisk::create(const std::string& path, mode_t) {
    const std::lock_guard lock(mutex_);
    const auto alive = alive_step();
    if (!alive) return alive.error();
    if (names_.contains(path)) return failed(EEXIST);
    if (!directories_.contains(directory_of(path))) return failed(ENOENT);
    if (room_ == 0) return failed(ENOSPC);
    auto inode = std::make_shared<Inode>();
    inode->ino = ++last_ino_;
    inode->links = 1;
    names_[path] = inode;
    return opened(inode);
}

Result<std::optional<FileStatus>> FakeDisk::look(const std::string& path) {
    if (directories_.contains(path)) return std::optional<FileStatus>(FileStatus());
    std::unique_lock lock(mutex_);
    released_.wait(lock, [this] { return !hanging_; });
    if (fuse_->is_dead()) return failed(EIO);
    if (directories_.contains(path)) return std::optional(FileStatus());
    const auto found = names_.find(path);
    if (found == names_.end()) return std::optional<FileStatus>();
    return std::optional(status_of(*found->second));
}

Result<void> FakeDisk::make_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto alive = alive_step();
    if (!alive) return alive;
    if (!directories_.contains(directory_of(path))) return failed(ENOENT);
    directories_.insert(path);
    return {};
}

std::optional<std::string> FakeDisk::network_file_system(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    return directories_.contains(directory) ? network : std::nullopt;
}

Result<void> FakeDisk::flush_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto alive = alive_step();
    if (!alive) return alive;
    if (!directories_.contains(path)) return failed(ENOENT);
    std::erase_if(flushed_names_, [&path](const auto& entry) { return directory_of(entry.first) == path; });
    for (const auto& entry : names_)
        if (directory_of(entry.first) == path) flushed_names_.insert(entry);
    for (const auto& directory : directories_)
        if (directory_of(directory) == path) flushed_directories_.insert(directory);
    return {};
}

Result<void> FakeDisk::rename(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    const auto alive = alive_step();
    if (!alive) return alive;
    if (names_.contains(to)) return failed(EEXIST);
    if (!names_.contains(from)) return failed(ENOENT);
    names_[to] = names_.at(from);
    names_.erase(from);
    return {};
}

Result<void> FakeDisk::remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto alive = alive_step();
    if (!alive || !names_.contains(path)) return alive;
    take_away(path);
    return {};
}

Result<std::vector<std::string>> FakeDisk::names_of(std::uint64_t ino, const std::string& directory) {
    const std::lock_guard lock(mutex_);
    if (fuse_->is_dead()) return failed(EIO);
    std::vector<std::string> out;
    for (const auto& [path, inode] : names_)
        if (inode->ino == ino && directory_of(path) == directory) out.push_back(path);
    return out;
}

Result<void> FakeDisk::alive_step() {
    if (!fuse_->enter()) return failed(EIO);
    return {};
}

FileStatus FakeDisk::status_of(const Inode& inode) {
    FileStatus status;
    status.ino = inode.ino;
    status.born = static_cast<std::int64_t>(inode.ino);
    status.size = inode.cached.size();
    status.links = inode.links;
    status.regular = true;
    status.written = inode.written;
    return status;
}

Result<std::size_t> FakeDisk::write(Inode& inode, std::uint64_t at, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (!fuse_->enter()) {
        store(inode, at, bytes.substr(0, fuse_->torn(bytes.size())));
        return failed(EIO);
    }
    if (failing_write_ == FailingWrite::takes_half) {
        failing_write_ = FailingWrite::fails;
        store(inode, at, bytes.substr(0, bytes.size() / 2));
        return bytes.size() / 2;
    }
    if (std::exchange(failing_write_, FailingWrite::none) == FailingWrite::fails) return failed(EIO);
    if (room_ == 0) return failed(ENOSPC);
    const std::string_view taken = bytes.substr(0, room_);
    if (room_ != UINT64_MAX) room_ -= taken.size();
    store(inode, at, taken);
    return taken.size();
}

Result<void> FakeDisk::flush(Inode& inode) {
    const std::lock_guard lock(mutex_);
    const auto alive = alive_step();
    if (!alive) return alive;
    const bool fails = failing_flushes_ > 0;
    if (!fails) {
        inode.flushed.resize(inode.cached.size());
        for (std::size_t i = 0; i < inode.cached.size(); ++i)
            if (inode.dirty[i]) inode.flushed[i] = inode.cached[i];
    }
    inode.dirty.assign(inode.cached.size(), false);
    if (!fails) return {};
    --failing_flushes_;
    return failed(EIO);
}

void FakeDisk::store(Inode& inode, std::uint64_t at, std::string_view bytes) {
    if (inode.cached.size() < at + bytes.size()) inode.cached.resize(at + bytes.size());
    inode.dirty.resize(inode.cached.size());
    std::copy(bytes.begin(), bytes.end(), inode.cached.begin() + static_cast<std::ptrdiff_t>(at));
    std::fill_n(inode.dirty.begin() + static_cast<std::ptrdiff_t>(at), bytes.size(), true);
    inode.written = now_;
    look_as_reader();
}

void FakeDisk::look_as_reader() {
    for (const auto& [path, inode] : names_) {
        const std::string whole = inode->cached.substr(0, inode->cached.rfind('\n') + 1);
        std::string& seen = seen_[path];
        // A reader that is there before us after a power cut may see what is not mended yet; nobody can help that.
        const bool mended = whole.find('\0') == std::string::npos;
        if (mended && whole.size() > seen.size()) seen = whole;
    }
}

Result<std::shared_ptr<File>> FakeDisk::opened(const std::shared_ptr<Inode>& inode) {
    if (std::exchange(inode->locked, true)) return failed(EAGAIN);
    return std::shared_ptr<File>(std::make_shared<Handle>(*this, inode));
}

}  // namespace oktail
