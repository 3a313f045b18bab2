#pragma once

#include "format/lines.hpp"
#include "sink/file/file_env.hpp"
#include "sink/file/file_ledger.hpp"
#include "sink/file/file_name.hpp"
#include "sink/file/file_work.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

namespace oktail {

/// The names of a stream, as given so far and as the state knows them.
class StreamNames {
public:
    StreamNames(StreamPath path, StreamRow row) : path(std::move(path)), row(std::move(row)) {}

    StreamPath path;
    StreamRow row;
    bool stored = true;  ///< the state has the row as it is here
};

/// How the open file looks from outside.
enum class Standing : std::uint8_t {
    ours,     ///< its path leads to it, and it ends where we ended
    moved,    ///< renamed or deleted
    foreign,  ///< someone else writes or truncates
};

/// A file of an exactly-once stream: what is promised to it in the state gets into it and to the disk, whatever happens
/// between. On the stream's shard, one call at a time.
class PromisedFile {
public:
    /// As the state has it; mend() opens it.
    PromisedFile(const FileEnv& env, StreamNames& names, FileLedger ledger);
    /// Just made, unknown to the state until a transaction holds ledger().promise().
    PromisedFile(const FileEnv& env, StreamNames& names, NewFile made);

    FileLedger& ledger() noexcept { return ledger_; }
    const FileLedger& ledger() const noexcept { return ledger_; }
    /// The path leads to it, so that its stream can go on with it.
    bool is_usable() const noexcept { return file_ != nullptr && at_path_; }
    /// The next line needs a line break in front: a path without a time found a torn line of someone else.
    bool is_torn() const noexcept { return torn_; }
    void mended() noexcept { torn_ = false; }

    asio::awaitable<Result<Standing>> look();
    asio::awaitable<Result<void>> set_mode();
    /// Writes lines that are promised already, at the end that the file had before. Waits for room until `stop`. Whatever else
    /// goes wrong, flush() mends it.
    asio::awaitable<void> append(Lines lines, std::uint64_t at, std::stop_token stop);
    /// Appended lines may not be what the file holds: only a flush() helps.
    bool is_suspect() const noexcept { return suspect_; }
    /// One try to get everything promised to the disk. If the file was deleted, the promises move to a new one.
    /// Errors: transient (try again), fatal.
    asio::awaitable<Result<void>> flush();
    /// After a crash: finds the file, or makes another, and writes and flushes its promises again. Try again on a transient
    /// error. Errors: transient, fatal.
    asio::awaitable<Result<void>> mend();
    /// The same, and ends the promises.
    asio::awaitable<Result<void>> recover();
    /// Once it is mended: what ends its promises, for a transaction.
    std::optional<FileRow> end_promises(StateChange& change) const;

private:
    asio::awaitable<Result<bool>> find();
    asio::awaitable<Result<bool>> find_at(std::string path);
    asio::awaitable<Result<bool>> holds_promises(std::shared_ptr<File> file, bool renamed);
    asio::awaitable<Result<void>> rewrite();
    asio::awaitable<Result<void>> move();
    asio::awaitable<Result<NewFile>> make_successor();
    asio::awaitable<Result<std::string>> promised_lines(RedoPlace place);

    const FileEnv& env_;
    StreamNames& names_;
    FileLedger ledger_;
    std::shared_ptr<File> file_;
    bool at_path_ = true;
    bool torn_ = false;
    bool suspect_ = false;
    bool entry_flushed_ = false;  ///< its name in the directory is on disk
    bool just_opened_ = false;    ///< by find(): no flush of this descriptor has failed
};

}  // namespace oktail
