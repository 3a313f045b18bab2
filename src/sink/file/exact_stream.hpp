#pragma once

#include "core/event_flag.hpp"
#include "sink/file/file_env.hpp"
#include "sink/file/file_keeper.hpp"
#include "sink/file/group_flush.hpp"
#include "sink/file/promised_file.hpp"
#include "sink/file/stream.hpp"
#include "sink/file/stream_files.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace oktail {

/// A stream whose lines and checkpoints are committed in one transaction, as promises, before they are appended.
class ExactStream : public Stream {
public:
    /// `known`: what the state has of it.
    ExactStream(const FileEnv& env, GroupFlush& group, FileKeeper& keeper, TaskGroup& tasks, std::stop_token stop,
                StreamPath path, StreamFiles known);

    asio::awaitable<Result<void>> open() override;
    bool is_over() const override;

    /// Nothing is promised any more.
    bool is_all_purged() const { return !live_ || live_->ledger().all_purged(); }
    /// Flushes as soon as nothing else is under way.
    void ask_for_flush();
    std::optional<FileRow> purge(StateChange& change) const;
    void purged(const FileRow& row);

private:
    asio::awaitable<Result<void>> recover();
    asio::awaitable<void> round(StagedPages pages) override;
    bool has_chores() const override;
    asio::awaitable<void> do_chores() override;

    asio::awaitable<Result<void>> make_ready();
    asio::awaitable<void> look_again() override;
    /// Nothing is live then, unless lines can go on in it.
    asio::awaitable<Result<void>> close_if_finished();
    asio::awaitable<Result<Standing>> look();
    bool is_full() const;
    asio::awaitable<Result<void>> make_next();
    /// In one transaction with their checkpoints; gives the lines to append.
    asio::awaitable<Result<Lines>> promise(const StagedPages& pages);
    asio::awaitable<Result<void>> flush();
    asio::awaitable<void> settle();
    /// Remembers a state that failed.
    Error noted(Error error);

    const FileEnv& env_;
    GroupFlush& group_;
    FileKeeper& keeper_;
    std::stop_token stop_;
    StreamNames names_;
    std::vector<std::unique_ptr<PromisedFile>> left_behind_;  ///< by an earlier run, until open() has dealt with them
    std::unique_ptr<PromisedFile> live_;
    /// Adds to a transaction what became of files that are closed.
    void add_closed(StateChange& change) const;
    void closed_are_saved();

    std::vector<std::int64_t> left_;  ///< rows to drop in the next transaction: files that are others' business now
    std::vector<FileRow> sealed_;     ///< rows to save there
    std::optional<Error> dead_;       ///< the state failed
    EventFlag settled_;
    bool opening_ = false;
    bool promising_ = false;
    bool asked_for_flush_ = false;
    bool gave_up_ = false;  ///< the sink closes, and the file cannot be written
};

}  // namespace oktail
