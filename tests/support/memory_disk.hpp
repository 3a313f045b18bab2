#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace oktail {

/// A disk for SQLite in memory, with a page cache that a power cut empties. Names are durable at once, bytes after a sync.
class MemoryDisk {
public:
    enum class Call : std::uint8_t { write, sync, truncate, remove, any };
    enum class Fault : std::uint8_t {
        io_error,  ///< that call fails, the next ones succeed: a cache that has forgotten what it lost
        full,      ///< ENOSPC for every write from that call on, until heal()
        no_room,   ///< the same for writes that make a file longer
        quota,     ///< EDQUOT for every write, the same
        crash,     ///< that call and all after it change nothing, until restart()
    };
    /// What becomes of bytes that were written and not synced.
    enum class Loss : std::uint8_t { nothing, everything, every_other_block };

    MemoryDisk();
    MemoryDisk(const MemoryDisk&) = delete;
    MemoryDisk& operator=(const MemoryDisk&) = delete;
    ~MemoryDisk();

    /// What sqlite3_open_v2() is told.
    const std::string& vfs() const { return name_; }

    /// At the n-th such call from now on, counted from 1.
    void inject(Fault fault, Call call, int n);
    void heal();
    /// The machine is there again. No file is open.
    void restart(Loss loss);
    /// How many calls that change the disk came so far, failed ones too.
    int calls() const;
    bool crashed() const;

    // What the virtual file system does; SQLite's result codes.
    struct File;
    int write(File& file, const char* bytes, std::size_t size, std::size_t offset);
    int sync(File& file);
    int truncate(File& file, std::size_t size);
    int remove(const std::string& name);
    int read(File& file, char* bytes, std::size_t size, std::size_t offset);
    std::size_t size(File& file);
    File* find(const std::string& name, bool create);
    int last_error() const;

private:
    int injected(Call call);

    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    mutable std::mutex mutex_;
    std::map<std::string, std::unique_ptr<File>> files_;
    int calls_ = 0;
    Fault fault_ = Fault::io_error;
    Call faulty_call_ = Call::any;
    int calls_to_fault_ = 0;  ///< 0: none
    int error_ = 0;           ///< errno of the fault that lasts
    bool crashed_ = false;
};

}  // namespace oktail
