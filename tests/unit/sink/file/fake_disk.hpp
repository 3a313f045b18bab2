#pragma once

#include "sink/file/file_io.hpp"
#include "unit/sink/file/fuse.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace oktail {

/// What a crash takes of what was written and not flushed.
enum class Loss {
    nothing,       ///< a kill: the page cache lives on
    everything,    ///< names too
    new_names,     ///< of names only those that are new: the removal of others was faster on disk
    content,       ///< names stay, bytes go, sizes too
    zeros,         ///< sizes stay, bytes are NUL
    every_second,  ///< a block is lost, the next one is not
};

/// A file system in memory, with one directory, /log, with a page cache, flushed bytes, and failures on demand. Thread-safe.
class FakeDisk : public FileIo {
public:
    static constexpr std::size_t block = 8;

    /// Each life of the process has a fuse; it must outlive the life.
    void boot(Fuse& fuse, Loss loss);

    // Failures.
    /// What bytes written from now on are dated.
    void set_time(UtcTime now);
    void set_room(std::uint64_t bytes);
    /// The next so many flushes fail, and the bytes they should have flushed count as clean: later ones do not write them.
    void fail_flushes(int times);
    /// The next write takes a half, as the system does, and the one after it fails.
    void fail_write();

    std::optional<std::string> network;  ///< what it is then

    /// Until release(), whoever looks at a file waits: a mount that hangs.
    void hang();
    void release();

    // What others do.
    void put(const std::string& path, const std::string& content);
    void append(const std::string& path, const std::string& more);
    /// In place: the inode stays.
    void overwrite(const std::string& path, const std::string& content);
    void move(const std::string& from, const std::string& to);
    void take_away(const std::string& path);

    std::string content(const std::string& path) const;
    /// What a power cut would leave.
    std::string flushed_content(const std::string& path) const;
    std::vector<std::string> paths() const;
    int open_files() const;
    /// For every path, the longest text up to a line break that a reader saw there.
    std::map<std::string, std::string> seen() const;

    Result<std::shared_ptr<File>> open(const std::string& path) override;
    Result<std::shared_ptr<File>> create(const std::string& path, mode_t mode) override;
    Result<std::optional<FileStatus>> look(const std::string& path) override;
    Result<void> make_directory(const std::string& path) override;
    std::optional<std::string> network_file_system(const std::string& directory) override;
    Result<void> flush_directory(const std::string& path) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> remove(const std::string& path) override;
    Result<std::vector<std::string>> names_of(std::uint64_t ino, const std::string& directory) override;

private:
    struct Inode {
        std::uint64_t ino = 0;
        std::string cached;
        std::string flushed;
        std::vector<bool> dirty;
        std::uint64_t links = 0;
        bool locked = false;
        UtcTime written{};
    };
    class Handle;
    using Names = std::map<std::string, std::shared_ptr<Inode>>;

    Result<void> alive_step();
    static FileStatus status_of(const Inode& inode);
    Result<std::size_t> write(Inode& inode, std::uint64_t at, std::string_view bytes);
    Result<void> flush(Inode& inode);
    void store(Inode& inode, std::uint64_t at, std::string_view bytes);
    void look_as_reader();
    static void lose(Inode& inode, Loss loss);
    Result<std::shared_ptr<File>> opened(const std::shared_ptr<Inode>& inode);

    mutable std::recursive_mutex mutex_;
    std::condition_variable_any released_;
    bool hanging_ = false;
    Fuse* fuse_ = nullptr;
    Names names_;
    Names flushed_names_;
    std::set<std::string> directories_{"/", "/log"};
    std::set<std::string> flushed_directories_{"/", "/log"};
    std::map<std::string, std::string> seen_;
    std::uint64_t last_ino_ = 0;
    std::uint64_t room_ = UINT64_MAX;
    int failing_flushes_ = 0;
    enum class FailingWrite { none, takes_half, fails } failing_write_ = FailingWrite::none;
    int open_files_ = 0;
    int life_ = 0;
    UtcTime now_{};
};

}  // namespace oktail
