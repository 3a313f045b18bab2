#pragma once

#include "core/handover.hpp"
#include "core/task_group.hpp"
#include "format/lines.hpp"

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>
#include <oktail/sink/sink.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace oktail {

/// The lines of a page on their way to a stream, with the checkpoint behind them. Handed from a route's shard to the stream's.
class StagedPage {
public:
    using Answer = Handover<WriteOutcome>;

    StagedPage(RouteId route, Lines lines, std::size_t events, Checkpoint after, std::shared_ptr<Answer> answer)
        : route(std::move(route)), lines(std::move(lines)), events(events), after(std::move(after)), answer(std::move(answer)) {
    }

    RouteId route;
    Lines lines;
    std::size_t events;
    Checkpoint after;
    std::shared_ptr<Answer> answer;
    std::atomic<bool> abandoned{false};  ///< nobody waits for the answer: forget it, unless it is in a transaction
};

using StagedPages = std::vector<std::shared_ptr<StagedPage>>;

/// Every page together, in order; one alone is not copied.
Lines joined_lines(const StagedPages& pages, std::string_view before = {});
/// The answer to all of them.
void answer_all(const StagedPages& pages, bool checkpointed);
void refuse_all(const StagedPages& pages, const Error& error);
/// The answer when only so many of their lines, counted through all of them, are safe.
void answer_partly(const StagedPages& pages, std::size_t lines, const Error& error);

/// One writer of a sequence of files. Pages staged while it is busy wait, and go together in the next round. On one shard.
class Stream {
public:
    explicit Stream(TaskGroup& tasks) : tasks_(tasks) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;

    void stage(std::shared_ptr<StagedPage> page);
    /// Before a route loads its checkpoint: returns when no transaction of an earlier life of the route is under way.
    /// Errors: transient, fatal.
    virtual asio::awaitable<Result<void>> open() = 0;
    /// Soon looks at its file and lets go of it, flushed, if lines can no longer go there: renamed, or its time is over.
    void ask_to_look();
    bool is_asked_to_look() const noexcept { return asked_to_look_; }
    /// The time in the live file's name is over.
    virtual bool is_over() const { return false; }

protected:
    /// Writes and answers.
    virtual asio::awaitable<void> round(StagedPages pages) = 0;
    /// Something to do besides pages, and before them.
    virtual bool has_chores() const { return false; }
    virtual asio::awaitable<void> do_chores() { co_return; }
    virtual asio::awaitable<void> look_again() = 0;
    /// Starts working, unless it does already.
    void wake();

private:
    asio::awaitable<void> work();
    StagedPages collect();

    TaskGroup& tasks_;
    std::deque<std::shared_ptr<StagedPage>> staged_;
    bool working_ = false;
    bool asked_to_look_ = false;
};

}  // namespace oktail
