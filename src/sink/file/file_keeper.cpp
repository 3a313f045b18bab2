#include "sink/file/file_keeper.hpp"

#include "core/log.hpp"

#include <utility>

namespace oktail {
namespace {

constexpr std::chrono::minutes until_another_try{1};

}  // namespace

asio::awaitable<void> FileKeeper::work() {
    while (!stop_.stop_requested() && !files_.empty() && files_.begin()->first <= env_.clock.utc_now())
        co_await step(std::move(files_.extract(files_.begin()).mapped()));
}

asio::awaitable<void> FileKeeper::step(FileRow row) {
    const UtcTime now = env_.clock.utc_now();
    auto job = [io = &env_.io, row, rotation = env_.rotate, now, stop = stop_] {
        return step_finished_file(*io, row, rotation, now, stop);
    };
    const auto step = co_await pool_.run(std::move(job));
    if (!step) {
        log::warn(log::Scope({}, env_.sink), "a finished file waits", {{"path", row.path}, {"what", step.error().what()}});
        files_.emplace(now + until_another_try, std::move(row));
        co_return;
    }
    if (step->kind == FinishedStep::Kind::wait) {
        files_.emplace(step->due, std::move(row));
        co_return;
    }
    if (step->kind == FinishedStep::Kind::packed) row.state = FileState::packed;
    const bool saved = co_await save(row, step->kind);
    if (!saved) files_.emplace(now + until_another_try, std::move(row));
    else if (step->kind == FinishedStep::Kind::packed) files_.emplace(now, std::move(row));
}

asio::awaitable<bool> FileKeeper::save(FileRow row, FinishedStep::Kind kind) {
    StateChange change;
    if (kind == FinishedStep::Kind::packed) change.files.push_back(std::move(row));
    else change.dropped_files.push_back(row.id);
    const auto saved = co_await env_.state.commit(std::move(change));
    co_return saved.has_value();
}

}  // namespace oktail
