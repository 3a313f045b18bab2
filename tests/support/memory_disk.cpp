#include "support/memory_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace oktail {

struct MemoryDisk::File {
    struct Change {
        std::size_t offset = 0;
        std::string bytes;
        bool truncates = false;  ///< to `offset`
    };

    static void apply(std::string& to, const Change& change) {
        if (change.truncates) return to.resize(std::min(to.size(), change.offset));
        to.resize(std::max(to.size(), change.offset + change.bytes.size()));
        to.replace(change.offset, change.bytes.size(), change.bytes);
    }
    void change(Change what) {
        apply(now, what);
        unsynced.push_back(std::move(what));
    }

    std::string now;
    std::string synced;
    std::vector<Change> unsynced;
};

namespace {

struct OpenFile : sqlite3_file {
    MemoryDisk* disk;
    MemoryDisk::File* file;
};

OpenFile& opened(sqlite3_file* file) { return *static_cast<OpenFile*>(file); }
MemoryDisk& disk_of(sqlite3_vfs* vfs) { return *static_cast<MemoryDisk*>(vfs->pAppData); }
sqlite3_vfs* system_vfs() { return sqlite3_vfs_find(nullptr); }

sqlite3_io_methods make_methods() {
    sqlite3_io_methods io{};
    io.iVersion = 1;  // no shared memory: the state must do without
    io.xClose = [](sqlite3_file*) { return SQLITE_OK; };
    io.xRead = [](sqlite3_file* f, void* bytes, int size, sqlite3_int64 offset) {
        return opened(f).disk->read(*opened(f).file, static_cast<char*>(bytes), static_cast<std::size_t>(size),
                                    static_cast<std::size_t>(offset));
    };
    io.xWrite = [](sqlite3_file* f, const void* bytes, int size, sqlite3_int64 offset) {
        return opened(f).disk->write(*opened(f).file, static_cast<const char*>(bytes), static_cast<std::size_t>(size),
                                     static_cast<std::size_t>(offset));
    };
    io.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
        return opened(f).disk->truncate(*opened(f).file, static_cast<std::size_t>(size));
    };
    io.xSync = [](sqlite3_file* f, int) { return opened(f).disk->sync(*opened(f).file); };
    io.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>(opened(f).disk->size(*opened(f).file));
        return SQLITE_OK;
    };
    io.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
    io.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
    io.xCheckReservedLock = [](sqlite3_file*, int* held) { return *held = 0, SQLITE_OK; };
    io.xFileControl = [](sqlite3_file* f, int question, void* answer) {
        if (question != SQLITE_FCNTL_LAST_ERRNO) return SQLITE_NOTFOUND;
        *static_cast<int*>(answer) = opened(f).disk->last_error();
        return SQLITE_OK;
    };
    io.xSectorSize = [](sqlite3_file*) { return 4096; };
    io.xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; };
    return io;
}

const sqlite3_io_methods methods = make_methods();

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    auto& disk = disk_of(vfs);
    auto* found = disk.find(name != nullptr ? name : "", (flags & SQLITE_OPEN_CREATE) != 0);
    if (found == nullptr) return SQLITE_CANTOPEN;
    opened(file).disk = &disk;
    opened(file).file = found;
    file->pMethods = &methods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

}  // namespace

MemoryDisk::MemoryDisk() : vfs_(std::make_unique<sqlite3_vfs>()) {
    static std::atomic<int> disks = 0;
    name_ = "memory-disk-" + std::to_string(++disks);
    vfs_->iVersion = 1;
    vfs_->szOsFile = sizeof(OpenFile);
    vfs_->mxPathname = 1024;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = this;
    vfs_->xOpen = open_file;
    vfs_->xDelete = [](sqlite3_vfs* v, const char* name, int) { return disk_of(v).remove(name); };
    vfs_->xAccess = [](sqlite3_vfs* v, const char* name, int, int* exists) {
        return *exists = disk_of(v).find(name, false) != nullptr, SQLITE_OK;
    };
    vfs_->xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* full) {
        sqlite3_snprintf(size, full, "%s", name);
        return SQLITE_OK;
    };
    vfs_->xRandomness = [](sqlite3_vfs*, int size, char* bytes) {
        return system_vfs()->xRandomness(system_vfs(), size, bytes);
    };
    vfs_->xSleep = [](sqlite3_vfs*, int) { return 0; };
    vfs_->xCurrentTime = [](sqlite3_vfs*, double* days) { return system_vfs()->xCurrentTime(system_vfs(), days); };
    vfs_->xGetLastError = [](sqlite3_vfs* v, int, char*) { return disk_of(v).last_error(); };
    sqlite3_vfs_register(vfs_.get(), 0);
}

MemoryDisk::~MemoryDisk() { sqlite3_vfs_unregister(vfs_.get()); }

void MemoryDisk::inject(Fault fault, Call call, int n) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    faulty_call_ = call;
    calls_to_fault_ = n;
}

void MemoryDisk::heal() {
    const std::lock_guard lock(mutex_);
    error_ = 0;
    calls_to_fault_ = 0;
    crashed_ = false;
}

void MemoryDisk::restart(Loss loss) {
    heal();
    constexpr std::size_t block = 4096;
    for (auto& [name, file] : files_) {
        std::size_t place = 0;
        for (const auto& change : file->unsynced)
            for (std::size_t at = 0; at == 0 || at < change.bytes.size(); at += block) {
                const bool kept = loss == Loss::nothing || (loss == Loss::every_other_block && ++place % 2 == 0);
                if (kept) File::apply(file->synced, {change.offset + at, change.bytes.substr(at, block), change.truncates});
            }
        file->unsynced.clear();
        file->now = file->synced;
    }
}

int MemoryDisk::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

bool MemoryDisk::crashed() const {
    const std::lock_guard lock(mutex_);
    return crashed_;
}

// 0, or the errno that this call fails with. Holds the lock already.
int MemoryDisk::injected(Call call) {
    ++calls_;
    const bool counts = faulty_call_ == Call::any || faulty_call_ == call;
    if (!crashed_ && error_ == 0 && counts && calls_to_fault_ > 0 && --calls_to_fault_ == 0) {
        if (fault_ == Fault::io_error) return EIO;
        crashed_ = fault_ == Fault::crash;
        error_ = fault_ == Fault::crash ? EIO : fault_ == Fault::quota ? EDQUOT : ENOSPC;
    }
    const bool is_full = error_ == ENOSPC || error_ == EDQUOT;
    return is_full && call != Call::write ? 0 : error_;
}

int MemoryDisk::write(File& file, const char* bytes, std::size_t size, std::size_t offset) {
    const std::lock_guard lock(mutex_);
    int error = injected(Call::write);
    if (error == ENOSPC && fault_ == Fault::no_room && offset + size <= file.now.size()) error = 0;
    if (error == ENOSPC) return SQLITE_FULL;
    if (error != 0) return SQLITE_IOERR_WRITE;
    file.change({offset, std::string(bytes, size), false});
    return SQLITE_OK;
}

int MemoryDisk::sync(File& file) {
    const std::lock_guard lock(mutex_);
    if (injected(Call::sync) != 0) {
        // What Linux does: the pages count as clean, and what they held is not on the disk.
        if (!crashed_) file.unsynced.clear();
        return SQLITE_IOERR_FSYNC;
    }
    for (const auto& change : file.unsynced) File::apply(file.synced, change);
    file.unsynced.clear();
    return SQLITE_OK;
}

int MemoryDisk::truncate(File& file, std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (injected(Call::truncate) != 0) return SQLITE_IOERR_TRUNCATE;
    file.change({size, {}, true});
    return SQLITE_OK;
}

int MemoryDisk::remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (injected(Call::remove) != 0) return SQLITE_IOERR_DELETE;
    return files_.erase(name) != 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int MemoryDisk::read(File& file, char* bytes, std::size_t size, std::size_t offset) {
    const std::lock_guard lock(mutex_);
    const std::size_t there = offset < file.now.size() ? std::min(size, file.now.size() - offset) : 0;
    std::memcpy(bytes, file.now.data() + std::min(offset, file.now.size()), there);
    std::memset(bytes + there, 0, size - there);
    return there == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

std::size_t MemoryDisk::size(File& file) {
    const std::lock_guard lock(mutex_);
    return file.now.size();
}

MemoryDisk::File* MemoryDisk::find(const std::string& name, bool create) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    if (found != files_.end()) return found->second.get();
    if (!create || crashed_) return nullptr;
    return files_.emplace(name, std::make_unique<File>()).first->second.get();
}

int MemoryDisk::last_error() const {
    const std::lock_guard lock(mutex_);
    return error_ != 0 ? error_ : EIO;
}

}  // namespace oktail
