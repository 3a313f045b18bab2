#include "sink/file/file_ledger.hpp"

namespace oktail {

std::string tail_behind(const std::string& before, std::string_view lines) {
    constexpr std::size_t longest = 64;
    std::string tail = lines.size() < longest ? before : std::string();
    tail += lines.substr(lines.size() < longest ? 0 : lines.size() - longest);
    if (tail.size() > longest) tail.erase(0, tail.size() - longest);
    return tail;
}

FileLedger::FileLedger(FileRow row, bool stored, std::deque<RedoPlace> redo)
    : row_(std::move(row)), stored_(stored), redo_(std::move(redo)), end_(row_.base), flushed_(row_.base), tail_(row_.tail),
      flushed_tail_(row_.tail) {
    for (const RedoPlace& place : redo_) end_ += place.size;
}

std::vector<RedoPlace> FileLedger::promise(std::vector<RedoRow> rows, StateChange& change) const {
    if (!stored_) change.files.push_back(row_);
    std::vector<RedoPlace> places;
    for (RedoRow& row : rows) {
        row.file = row_.id;
        row.at += end_;
        places.emplace_back(row);
        change.redo.push_back(std::move(row));
    }
    return places;
}

void FileLedger::promised(const std::vector<RedoPlace>& places, std::string_view lines) {
    stored_ = true;
    redo_.insert(redo_.end(), places.begin(), places.end());
    end_ += lines.size();
    tail_ = tail_behind(tail_, lines);
}

void FileLedger::flushed() {
    flushed_ = end_;
    flushed_tail_ = tail_;
}

std::optional<FileRow> FileLedger::purge(StateChange& change) const {
    if (flushed_ == row_.base) return std::nullopt;
    FileRow row = row_;
    row.base = flushed_;
    row.tail = flushed_tail_;
    change.files.push_back(row);
    change.purged.emplace_back(row.id, row.base);
    return row;
}

FileRow FileLedger::sealed() const {
    FileRow row = row_;
    row.base = flushed_;
    row.tail = flushed_tail_;
    row.state = FileState::sealed;
    return row;
}

void FileLedger::purged(const FileRow& row) {
    // Another transaction may have gone further meanwhile, or the stream on to another file.
    if (row.id != row_.id || row.base <= row_.base) return;
    row_ = row;
    while (!redo_.empty() && redo_.front().at < row_.base) redo_.pop_front();
}

}  // namespace oktail
