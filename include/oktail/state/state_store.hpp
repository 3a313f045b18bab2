#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/state/checkpoint_store.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

/// A sequence of files with one name pattern: one file sink with every placeholder except the time filled in.
class StreamRow {
public:
    StreamRow() = default;

    std::int64_t id = 0;
    std::string key;            ///< sink name + '\n' + the path with the placeholders filled, time not
    std::string last_time;      ///< in the name given last, RFC 3339; names never go back
    std::int64_t last_seq = 0;  ///< its number
};

enum class FileState : std::uint8_t { live = 1, sealed = 2, packed = 3 };

/// A file that holds, or is promised, lines of a stream.
class FileRow {
public:
    FileRow() = default;

    std::int64_t id = 0;
    std::int64_t stream = 0;
    std::string path;
    std::uint64_t ino = 0;
    std::int64_t born = 0;   ///< birth time (statx) in ns; 0 if the file system has none
    std::uint64_t base = 0;  ///< everything before it is flushed; redo begins here
    std::string tail;        ///< the last <= 64 bytes before base
    FileState state = FileState::live;
};

/// How a redo row holds its lines; the numbers are stored.
enum class RedoForm : std::uint8_t { plain = 0, zstd = 1, page = 2 };

/// Lines promised to a file at an offset. `size` is that of the lines, whatever their form.
class RedoRow {
public:
    RedoRow() = default;

    std::int64_t file = 0;
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    RedoForm form = RedoForm::plain;
    std::string bytes;  ///< empty in what load_files() returns
};

/// Checkpoints and whose they are.
using Checkpoints = std::vector<std::pair<RouteId, Checkpoint>>;

/// What one transaction changes, all or nothing. What goes (purged, dropped) goes before the rest comes, so that the redo of a
/// file can be put in again at other offsets.
class StateChange {
public:
    StateChange() = default;

    Checkpoints checkpoints;
    std::vector<StreamRow> streams;                              ///< inserted, or replaced by id
    std::vector<FileRow> files;                                  ///< the same
    std::vector<RedoRow> redo;                                   ///< inserted
    std::vector<std::pair<std::int64_t, std::uint64_t>> purged;  ///< file, offset: redo rows of it below are gone
    std::vector<std::int64_t> dropped_files;                     ///< rows and their redo are gone
    std::vector<RouteId> dropped_checkpoints;
};

/// All rows about files.
class FileTables {
public:
    FileTables() = default;

    std::vector<StreamRow> streams;
    std::vector<FileRow> files;
    std::vector<RedoRow> redo;  ///< by file and offset, without their bytes
};

/// Checkpoints and redo rows in one place, changed together. One thread commits whatever all callers have handed in meanwhile.
class StateStore : public CheckpointStore {
public:
    /// On success the change survives power loss. Changes of one caller are committed in the order they were handed in.
    /// Errors: transient (disk full; nothing of the change is kept, hand it in again), fatal (the daemon must end).
    virtual asio::awaitable<Result<void>> commit(StateChange change) = 0;
    virtual asio::awaitable<Result<FileTables>> load_files() = 0;
    /// All of them, by tenant and sink. Errors: fatal; one that cannot be read is named.
    virtual asio::awaitable<Result<Checkpoints>> load_checkpoints() = 0;
    /// The bytes of one redo row, as they were handed in.
    virtual asio::awaitable<Result<std::string>> load_redo(std::int64_t file, std::uint64_t at) = 0;
    /// An id that no row has had. Any thread.
    virtual std::int64_t new_id() = 0;
    /// No checkpoint, no file row: this state knows nothing yet. Fixed when the store was opened.
    virtual bool was_empty() const = 0;
};

}  // namespace oktail
