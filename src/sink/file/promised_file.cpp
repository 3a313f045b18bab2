#include "sink/file/promised_file.hpp"

#include "core/backoff.hpp"
#include "core/log.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace oktail {
namespace {

FileRow row_of(const NewFile& made, std::int64_t id, std::int64_t stream) {
    FileRow row;
    row.id = id;
    row.stream = stream;
    row.path = made.path;
    row.ino = made.status.ino;
    row.born = made.status.born;
    row.base = made.status.size;
    row.tail = made.tail;
    return row;
}

Result<Standing> standing_of(FileIo& io, File& file, const std::string& path, std::uint64_t end) {
    const auto named = io.look(path);
    if (!named) return named.error();
    const auto own = file.status();
    if (!own) return own.error();
    if (!*named || !(*named)->is_same_file(own->ino, own->born)) return Standing::moved;
    return own->size == end ? Standing::ours : Standing::foreign;
}

Result<FileStatus> flush_file(FileIo& io, File& file, const std::string& path, bool to_disk, bool entry_too) {
    if (to_disk) {
        const auto flushed = file.flush();
        if (!flushed) return flushed.error();
    }
    if (to_disk && entry_too) {
        const auto flushed = io.flush_directory(directory_of(path));
        if (!flushed) return flushed.error();
    }
    return file.status();
}

/// Opens `path` if it can be the file of `row`, by everything but the promised bytes; nullptr if not.
Result<std::shared_ptr<File>> open_candidate(FileIo& io, const std::string& path, const FileRow& row, std::uint64_t end) {
    const auto can_be = [&row, end](const FileStatus& status) {
        return status.regular && status.is_same_file(row.ino, row.born) && status.size >= row.base && status.size <= end;
    };
    const auto there = io.look(path);
    if (!there) return there.error();
    if (!*there || !can_be(**there)) return std::shared_ptr<File>();
    auto file = io.open(path);
    if (!file) return file.error();
    const auto status = (*file)->status();
    if (!status) return status.error();
    const auto tail = read_tail(**file, row.base);
    if (!tail) return tail.error();
    if (!can_be(*status) || !tail->ends_with(row.tail)) return std::shared_ptr<File>();
    return file;
}

/// What a file holds where lines are promised: nothing, a part of them, or something else.
enum class Holds : std::uint8_t { nothing, ours, something_else };

Result<Holds> compare(File& file, std::uint64_t at, const std::string& lines) {
    const auto there = file.read_at(at, lines.size());
    if (!there) return there.error();
    Holds holds = Holds::nothing;
    for (std::size_t i = 0; i < there->size(); ++i) {
        if ((*there)[i] == lines[i]) holds = Holds::ours;
        else if ((*there)[i] != '\0') return Holds::something_else;  // zeros are what a power cut leaves
    }
    return holds;
}

}  // namespace

PromisedFile::PromisedFile(const FileEnv& env, StreamNames& names, FileLedger ledger)
    : env_(env), names_(names), ledger_(std::move(ledger)) {}

PromisedFile::PromisedFile(const FileEnv& env, StreamNames& names, NewFile made)
    : env_(env), names_(names), ledger_(row_of(made, env.state.new_id(), names.row.id), false), file_(std::move(made.file)),
      torn_(lacks_line_break(made.tail)) {}

asio::awaitable<Result<Standing>> PromisedFile::look() {
    auto job = [io = &env_.io, file = file_, path = ledger_.row().path, end = ledger_.end()] {
        return standing_of(*io, *file, path, end);
    };
    co_return co_await env_.pool.run(std::move(job));
}

asio::awaitable<Result<void>> PromisedFile::set_mode() {
    auto job = [file = file_, mode = env_.mode] { return file->set_mode(mode); };
    co_return co_await env_.pool.run(std::move(job));
}

asio::awaitable<void> PromisedFile::append(Lines lines, std::uint64_t at, std::stop_token stop) {
    Backoff backoff(std::chrono::milliseconds(200), std::chrono::seconds(5), static_cast<std::uint64_t>(ledger_.row().id));
    suspect_ = true;  // until the last byte is written
    std::size_t done = 0;
    while (true) {
        auto job = [file = file_, lines, at, done] { return write_all(*file, at + done, lines.view().substr(done)); };
        const Written written = co_await env_.pool.run(std::move(job));
        done += written.bytes;
        if (!written.error) break;
        log::warn(log::Scope({}, env_.sink), "lines wait to be written", {{"what", written.error->what()}});
        if (!is_full(*written.error) || stop.stop_requested()) co_return;
        co_await env_.clock.sleep_for(backoff.next(), stop);
    }
    suspect_ = false;
}

asio::awaitable<Result<void>> PromisedFile::flush() {
    while (true) {
        if (suspect_) {
            const auto again = co_await rewrite();
            if (!again) co_return again;
        }
        auto job = [io = &env_.io, file = file_, path = ledger_.row().path, to_disk = env_.fsync != Fsync::never,
                    entry_too = !entry_flushed_] { return flush_file(*io, *file, path, to_disk, entry_too); };
        const auto flushed = co_await env_.pool.run(std::move(job));
        suspect_ = !flushed;
        if (!flushed) co_return flushed.error();
        entry_flushed_ = true;
        if (flushed->links != 0 || ledger_.all_purged()) break;
        log::warn(log::Scope({}, env_.sink), "a file was deleted before its lines were flushed: they go to another one",
                  {{"path", ledger_.row().path}});
        const auto moved = co_await move();
        if (!moved) co_return moved;
    }
    ledger_.flushed();
    co_return Result<void>();
}

asio::awaitable<Result<void>> PromisedFile::mend() {
    if (!file_) {
        const auto found = co_await find();
        if (!found) co_return found.error();
        suspect_ = !ledger_.all_purged();
        if (!*found && suspect_) {
            const auto moved = co_await move();
            if (!moved) co_return moved;
        }
    }
    if (suspect_) co_return co_await flush();
    co_return Result<void>();
}

std::optional<FileRow> PromisedFile::end_promises(StateChange& change) const {
    if (!is_usable()) change.dropped_files.push_back(ledger_.row().id);
    return ledger_.purge(change);
}

asio::awaitable<Result<void>> PromisedFile::recover() {
    const auto mended = co_await mend();
    if (!mended) co_return mended;
    StateChange change;
    const auto purge = end_promises(change);
    if (purge || !is_usable()) {
        const auto saved = co_await env_.state.commit(std::move(change));
        if (!saved) co_return saved;
    }
    if (purge) ledger_.purged(*purge);
    co_return Result<void>();
}

asio::awaitable<Result<bool>> PromisedFile::find() {
    const FileRow row = ledger_.row();
    const auto at_path = co_await find_at(row.path);
    if (!at_path) co_return at_path.error();
    if (*at_path) co_return true;
    auto search = [io = &env_.io, row] { return io->names_of(row.ino, directory_of(row.path)); };
    const auto names = co_await env_.pool.run(std::move(search));
    if (!names) co_return names.error();
    for (const std::string& name : *names) {
        const auto renamed = co_await find_at(name);
        if (!renamed) co_return renamed.error();
        if (*renamed) co_return true;
    }
    log::warn(log::Scope({}, env_.sink), "a file is not there any more, or not as it was left", {{"path", row.path}});
    co_return false;
}

asio::awaitable<Result<bool>> PromisedFile::find_at(std::string path) {
    auto open = [io = &env_.io, path, row = ledger_.row(), end = ledger_.end()] { return open_candidate(*io, path, row, end); };
    const auto file = co_await env_.pool.run(std::move(open));
    if (!file) co_return file.error();
    if (!*file) co_return false;
    const bool renamed = path != ledger_.row().path;
    const auto holds = co_await holds_promises(*file, renamed);
    if (!holds) co_return holds.error();
    if (!*holds) co_return false;
    file_ = *file;
    just_opened_ = true;
    at_path_ = !renamed;
    entry_flushed_ = ledger_.all_purged();
    co_return true;
}

asio::awaitable<Result<bool>> PromisedFile::holds_promises(std::shared_ptr<File> file, bool renamed) {
    bool ours = !renamed || ledger_.row().born != 0 || ledger_.row().base != 0;
    const std::deque<RedoPlace> places = ledger_.redo();
    for (const RedoPlace& place : places) {
        auto lines = co_await promised_lines(place);
        if (!lines) co_return lines.error();
        auto job = [file, place, lines = std::move(*lines)] { return compare(*file, place.at, lines); };
        const auto holds = co_await env_.pool.run(std::move(job));
        if (!holds) co_return holds.error();
        if (*holds == Holds::something_else) co_return false;
        ours |= *holds == Holds::ours;
    }
    co_return ours;
}

asio::awaitable<Result<void>> PromisedFile::rewrite() {
    // A new descriptor: after a failed flush the old one would report success for pages that never reached the disk. And all
    // lines, not only those that seem to be missing: what reads well now may be gone after a power cut.
    if (!std::exchange(just_opened_, false)) {
        auto reopen = [file = file_] { return file->reopen(); };
        const auto reopened = co_await env_.pool.run(std::move(reopen));
        if (!reopened) co_return reopened;
    }
    std::string tail = ledger_.row().tail;
    const std::deque<RedoPlace> places = ledger_.redo();
    for (const RedoPlace& place : places) {
        auto lines = co_await promised_lines(place);
        if (!lines) co_return lines.error();
        tail = tail_behind(tail, *lines);
        auto job = [file = file_, place, lines = std::move(*lines)] { return write_all(*file, place.at, lines); };
        const Written written = co_await env_.pool.run(std::move(job));
        if (written.error) co_return *written.error;
    }
    ledger_.rewritten(std::move(tail));
    co_return Result<void>();
}

asio::awaitable<Result<void>> PromisedFile::move() {
    auto made = co_await make_successor();
    if (!made) co_return made.error();
    StateChange change;
    std::vector<RedoRow> rows;
    if (lacks_line_break(made->tail)) {
        RedoRow line_break;
        line_break.size = 1;
        line_break.bytes.push_back('\n');
        rows.push_back(std::move(line_break));
    }
    const std::uint64_t shift = rows.size();
    const std::deque<RedoPlace> places = ledger_.redo();
    for (const RedoPlace& place : places) {
        auto stored = co_await env_.state.load_redo(ledger_.row().id, place.at);
        if (!stored) co_return stored.error();
        RedoRow row;
        row.at = place.at - ledger_.row().base + shift;
        row.size = place.size;
        row.form = place.form;
        row.bytes = std::move(*stored);
        rows.push_back(std::move(row));
    }
    FileLedger next(row_of(*made, env_.state.new_id(), names_.row.id), false);
    const std::vector<RedoPlace> promised = next.promise(std::move(rows), change);
    const StreamRow names = stream_row(names_.row, made->name);
    change.streams.push_back(names);
    change.dropped_files.push_back(ledger_.row().id);
    const auto saved = co_await env_.state.commit(std::move(change));
    if (!saved) co_return saved;
    names_.row = names;
    names_.stored = true;
    FileRow row = next.row();
    ledger_ = FileLedger(std::move(row), true, std::deque<RedoPlace>(promised.begin(), promised.end()));
    file_ = std::move(made->file);
    at_path_ = true;
    suspect_ = true;
    entry_flushed_ = false;
    co_return Result<void>();
}

asio::awaitable<Result<NewFile>> PromisedFile::make_successor() {
    auto job = [io = &env_.io, row = ledger_.row(), path = names_.path, last = last_name(names_.row),
                now = env_.clock.utc_now(), mode = env_.mode]() -> Result<NewFile> {
        if (row.base != 0 || !last) return make_next_file(*io, path, last, now, mode);
        // Nothing of it was ever known to be on disk: its own name is as good as new, if it is free.
        auto again = make_file(*io, path, row.path, *last, mode);
        if (again || !is_taken(again.error())) return again;
        return make_next_file(*io, path, last, now, mode);
    };
    co_return co_await env_.pool.run(std::move(job));
}

asio::awaitable<Result<std::string>> PromisedFile::promised_lines(RedoPlace place) {
    auto stored = co_await env_.state.load_redo(ledger_.row().id, place.at);
    if (!stored) co_return stored.error();
    auto job = [place, stored = std::move(*stored)]() mutable { return redo_lines(place, std::move(stored)); };
    if (place.form == RedoForm::plain) co_return job();
    co_return co_await env_.pool.run(std::move(job));
}

}  // namespace oktail
