#pragma once

#include "sink/file/redo_rows.hpp"

#include <oktail/state/state_store.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

/// The last 64 bytes of what ends with `before` and then `lines`.
std::string tail_behind(const std::string& before, std::string_view lines);

/// What is promised to one file, and how much of it is on disk, in offsets: base <= flushed <= end. Pure.
class FileLedger {
public:
    /// `stored`: the database has the row already, with the redo rows at `redo`, which begin at its base and leave no gap.
    FileLedger(FileRow row, bool stored, std::deque<RedoPlace> redo = {});

    const FileRow& row() const noexcept { return row_; }
    bool stored() const noexcept { return stored_; }
    std::uint64_t end() const noexcept { return end_; }
    std::uint64_t promised_bytes() const noexcept { return end_ - row_.base; }
    bool all_flushed() const noexcept { return flushed_ == end_; }
    bool all_purged() const noexcept { return row_.base == end_; }
    const std::deque<RedoPlace>& redo() const noexcept { return redo_; }

    /// Adds to a transaction what promises these lines: the rows, at the file's end, and the file itself if it is new.
    std::vector<RedoPlace> promise(std::vector<RedoRow> rows, StateChange& change) const;
    /// That transaction is committed.
    void promised(const std::vector<RedoPlace>& places, std::string_view lines);
    /// All of them were written again; `tail` is tail_behind() of them in order, from the row's.
    void rewritten(std::string tail) { tail_ = std::move(tail); }
    /// All of them are on disk, and the file has a name there.
    void flushed();
    /// Adds to a transaction the end of the promises that are kept; returns the row as it then is, if there is anything to add.
    std::optional<FileRow> purge(StateChange& change) const;
    /// That transaction is committed.
    void purged(const FileRow& row);
    /// The row once everything is flushed and nothing more comes.
    FileRow sealed() const;

private:
    FileRow row_;
    bool stored_;
    std::deque<RedoPlace> redo_;
    std::uint64_t end_;
    std::uint64_t flushed_;
    std::string tail_;          // the last bytes before end_
    std::string flushed_tail_;  // the last bytes before flushed_
};

}  // namespace oktail
