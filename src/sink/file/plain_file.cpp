#include "sink/file/plain_file.hpp"

#include "core/log.hpp"

namespace oktail {
namespace {

/// Through the line break that ends the line in which the first `bytes` end.
std::size_t whole_line_end(std::string_view lines, std::size_t bytes) {
    if (bytes == 0) return 0;
    return lines.find('\n', bytes - 1) + 1;
}

std::size_t last_line_end(std::string_view lines) { return lines.rfind('\n') + 1; }

}  // namespace

Appended PlainFile::append(const std::string& path, std::string_view lines) {
    const auto settled = settle();
    if (!settled) return Appended(0, settled.error());
    const auto ready = stand_at(path);
    if (!ready) return Appended(0, ready.error());

    const std::uint64_t at = end_;
    const Written written = write_all(*file_, at, lines);
    const std::size_t begun = whole_line_end(lines, written.bytes);
    std::optional<Error> error = written.error;
    if (!error || is_full(*error)) {
        const std::size_t whole = last_line_end(lines.substr(0, written.bytes));
        end_ = at + written.bytes;
        if (begun > written.bytes) owe(end_, lines.substr(written.bytes, begun - written.bytes), false);
        const auto flushed = flush();
        if (flushed) return Appended(whole, error);
        if (!error) error = flushed.error();
    }
    // What the page cache shows of these lines may never reach the disk.
    owe(at, lines.substr(0, begun), true);
    const auto again = settle();
    if (!again) return Appended(0, again.error());
    if (begun == lines.size()) return Appended(begun);
    return Appended(begun, error);
}

void PlainFile::let_go_if_moved() {
    if (!owed_.empty()) return;
    const auto stands = is_open_at(path_);
    if (stands && !*stands) file_.reset();
}

Result<void> PlainFile::stand_at(const std::string& path) {
    const auto stands = is_open_at(path);
    if (!stands) return stands.error();
    if (!*stands) {
        const auto opened = open(path);
        if (!opened) return opened;
    }
    const auto tail = read_tail(*file_, end_);
    if (!tail) return tail.error();
    if (!lacks_line_break(*tail)) return {};
    owe(end_, "\n", false);
    return settle();
}

Result<bool> PlainFile::is_open_at(const std::string& path) {
    if (!file_ || path != path_) return false;
    const auto there = io_.look(path);
    if (!there) return there.error();
    const auto own = file_->status();
    if (!own) return own.error();
    if (!*there || !(*there)->is_same_file(own->ino, own->born)) return false;
    if (own->size != end_) {
        log::warn({}, "someone else writes or truncates a file: it goes on at its end",
                  {{"path", path}, {"expected_size", end_}});
        end_ = own->size;
    }
    return true;
}

Result<void> PlainFile::open(const std::string& path) {
    const auto there = io_.look(path);
    if (!there) return there.error();
    if (!*there) {
        const auto directories = make_directories(io_, base_, path);
        if (!directories) return directories;
    }
    auto file = *there ? io_.open(path) : io_.create(path, mode_);
    if (!file) return file.error();
    const auto status = (*file)->status();
    if (!status) return status.error();
    file_ = std::move(*file);
    path_ = path;
    end_ = status->size;
    entry_flushed_ = false;
    return {};
}

Result<void> PlainFile::flush() {
    if (!to_disk_) return {};
    const auto flushed = file_->flush();
    if (!flushed || entry_flushed_) return flushed;
    const auto entry = io_.flush_directory(directory_of(path_));
    entry_flushed_ = entry.has_value();
    return entry;
}

void PlainFile::owe(std::uint64_t at, std::string_view bytes, bool suspect) {
    owed_ = bytes;
    owed_at_ = at;
    suspect_ = suspect;
}

Result<void> PlainFile::settle() {
    if (owed_.empty()) return {};
    if (suspect_) {
        const auto reopened = file_->reopen();
        if (!reopened) return reopened;
    }
    const Written written = write_all(*file_, owed_at_, owed_);
    if (written.error) {
        const std::size_t done = suspect_ ? 0 : written.bytes;
        owed_at_ += done;
        owed_.erase(0, done);
        return *written.error;
    }
    end_ = owed_at_ + owed_.size();
    const auto flushed = flush();
    suspect_ = !flushed;
    if (!flushed) return flushed;
    owed_.clear();
    return {};
}

}  // namespace oktail
