#include "sink/file/exact_stream.hpp"

#include "core/backoff.hpp"
#include "core/log.hpp"
#include "sink/file/flush_rule.hpp"

#include <utility>

namespace oktail {

ExactStream::ExactStream(const FileEnv& env, GroupFlush& group, FileKeeper& keeper, TaskGroup& tasks, std::stop_token stop,
                         StreamPath path, StreamFiles known)
    : Stream(tasks), env_(env), group_(group), keeper_(keeper), stop_(std::move(stop)),
      names_(std::move(path), std::move(known.stream)) {
    // What is finished is the keeper's.
    for (FileLedger& file : known.files)
        if (file.row().state == FileState::live)
            left_behind_.push_back(std::make_unique<PromisedFile>(env_, names_, std::move(file)));
    group_.join(*this);
}

asio::awaitable<Result<void>> ExactStream::open() {
    while (opening_ || promising_) co_await settled_.wait({});
    if (dead_) co_return *dead_;
    opening_ = true;
    auto recovered = co_await recover();
    opening_ = false;
    settled_.notify();
    co_return recovered;
}

asio::awaitable<Result<void>> ExactStream::recover() {
    while (!left_behind_.empty()) {
        PromisedFile& file = *left_behind_.front();
        const auto recovered = co_await file.recover();
        if (!recovered) co_return noted(recovered.error());
        if (file.is_usable()) {
            const auto set = co_await file.set_mode();
            if (!set) co_return set;
            if (live_) left_.push_back(live_->ledger().row().id);
            live_ = std::move(left_behind_.front());
        }
        left_behind_.erase(left_behind_.begin());
    }
    co_return Result<void>();
}

void ExactStream::ask_for_flush() {
    if (!live_ || live_->ledger().all_flushed()) return;
    asked_for_flush_ = true;
    wake();
}

std::optional<FileRow> ExactStream::purge(StateChange& change) const {
    return live_ ? live_->ledger().purge(change) : std::nullopt;
}

void ExactStream::purged(const FileRow& row) {
    if (live_) live_->ledger().purged(row);
}

asio::awaitable<void> ExactStream::round(StagedPages pages) {
    promising_ = true;
    const auto lines = co_await promise(pages);
    promising_ = false;
    settled_.notify();
    if (!lines) {
        refuse_all(pages, lines.error());
        co_return;
    }
    const std::uint64_t size = lines->size();
    group_.promised(size);
    co_await live_->append(*lines, live_->ledger().end() - size, stop_);
    if (live_->is_suspect() || ends_promises_now(env_.fsync, live_->ledger().promised_bytes(), asked_for_flush_))
        co_await settle();
    answer_all(pages, true);
}

asio::awaitable<Result<void>> ExactStream::make_ready() {
    if (dead_) co_return *dead_;
    const auto closed = co_await close_if_finished();
    if (!closed || live_) co_return closed;
    co_return co_await make_next();
}

bool ExactStream::is_full() const { return env_.rotate.size != 0 && live_->ledger().end() >= env_.rotate.size; }

bool ExactStream::is_over() const {
    if (!live_ || !live_->ledger().stored()) return false;
    return is_full() || moves_on(names_.path, *last_name(names_.row), env_.clock.utc_now());
}

asio::awaitable<Result<void>> ExactStream::close_if_finished() {
    while (live_) {
        const auto standing = co_await look();
        if (!standing) co_return standing.error();
        if (*standing == Standing::ours && !is_over()) break;
        const std::int64_t closing = live_->ledger().row().id;
        if (live_->ledger().stored()) {
            const auto flushed = co_await flush();
            if (!flushed) co_return flushed;
            // It was deleted, and its promises have moved to a file that may do.
            if (live_->ledger().row().id != closing) continue;
            if (*standing == Standing::ours && env_.rotate.has_work_left()) sealed_.push_back(live_->ledger().sealed());
            else left_.push_back(closing);
        }
        live_.reset();
    }
    co_return Result<void>();
}

asio::awaitable<Result<Standing>> ExactStream::look() {
    auto standing = co_await live_->look();
    if (standing && *standing == Standing::foreign)
        log::error(log::Scope({}, env_.sink), "someone else writes or truncates a file: it is left alone from now on",
                   {{"path", live_->ledger().row().path}, {"expected_size", live_->ledger().end()}});
    co_return standing;
}

asio::awaitable<void> ExactStream::look_again() {
    if (!live_ || dead_ || gave_up_) co_return;
    const log::Scope scope({}, env_.sink);
    const auto closed = co_await close_if_finished();
    if (!closed) log::warn(scope, "a file is not closed yet", {{"what", closed.error().what()}});
    if (!closed || (left_.empty() && sealed_.empty())) co_return;
    StateChange change;
    add_closed(change);
    const auto saved = co_await env_.state.commit(std::move(change));
    if (saved) closed_are_saved();
    else log::warn(scope, "a file is closed later in the state", {{"what", noted(saved.error()).what()}});
}

void ExactStream::add_closed(StateChange& change) const {
    change.dropped_files = left_;
    for (const FileRow& row : sealed_) {
        change.files.push_back(row);
        change.purged.emplace_back(row.id, row.base);
    }
}

void ExactStream::closed_are_saved() {
    left_.clear();
    for (FileRow& row : sealed_) keeper_.take(std::move(row));
    sealed_.clear();
}

asio::awaitable<Result<void>> ExactStream::make_next() {
    auto job = [io = &env_.io, path = names_.path, last = last_name(names_.row), now = env_.clock.utc_now(), mode = env_.mode] {
        return make_next_file(*io, path, last, now, mode);
    };
    auto made = co_await env_.pool.run(std::move(job));
    if (!made) co_return made.error();
    names_.row = stream_row(names_.row, made->name);
    names_.stored = false;
    live_ = std::make_unique<PromisedFile>(env_, names_, std::move(*made));
    co_return Result<void>();
}

asio::awaitable<Result<Lines>> ExactStream::promise(const StagedPages& pages) {
    const auto ready = co_await make_ready();
    if (!ready) co_return ready.error();
    const auto lines = joined_lines(pages, live_->is_torn() ? "\n" : "");
    auto cut = [lines] { return redo_rows(lines); };
    std::vector<RedoRow> rows;
    if (is_cheap(lines)) rows = cut();
    else rows = co_await env_.pool.run(std::move(cut));
    StateChange change;
    for (const auto& page : pages) change.checkpoints.emplace_back(page->route, std::move(page->after));
    if (!names_.stored) change.streams.push_back(names_.row);
    FileLedger& ledger = live_->ledger();
    const auto purge = ledger.purge(change);
    const auto places = ledger.promise(std::move(rows), change);
    add_closed(change);
    const auto saved = co_await env_.state.commit(std::move(change));
    if (!saved) co_return noted(saved.error());
    names_.stored = true;
    closed_are_saved();
    if (purge) ledger.purged(*purge);
    ledger.promised(places, lines.view());
    live_->mended();
    co_return lines;
}

bool ExactStream::has_chores() const { return live_ && !dead_ && !gave_up_ && (live_->is_suspect() || asked_for_flush_); }

asio::awaitable<void> ExactStream::do_chores() { return settle(); }

/// The second try writes everything again through a new descriptor.
asio::awaitable<Result<void>> ExactStream::flush() {
    auto flushed = co_await live_->flush();
    if (!flushed && flushed.error().kind() != ErrorKind::fatal) flushed = co_await live_->flush();
    if (!flushed) co_return noted(flushed.error());
    asked_for_flush_ = false;
    co_return flushed;
}

/// Until the disk has it, for nothing else may go into the file before.
asio::awaitable<void> ExactStream::settle() {
    Backoff backoff(std::chrono::milliseconds(500), std::chrono::seconds(10), static_cast<std::uint64_t>(names_.row.id));
    while (true) {
        const auto flushed = co_await flush();
        if (flushed || dead_) co_return;
        log::warn(log::Scope({}, env_.sink), "lines wait to be flushed", {{"what", flushed.error().what()}});
        gave_up_ = stop_.stop_requested();
        if (gave_up_) co_return;
        co_await env_.clock.sleep_for(backoff.next(), stop_);
    }
}

Error ExactStream::noted(Error error) {
    if (error.kind() == ErrorKind::fatal) dead_ = error;
    return error;
}

}  // namespace oktail
