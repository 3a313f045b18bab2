#include "sink/file/plain_stream.hpp"

#include "sink/file/flush_rule.hpp"

#include <algorithm>

namespace oktail {

PlainStream::PlainStream(const FileEnv& env, TaskGroup& tasks, StreamPath path)
    : Stream(tasks), env_(env), path_(std::move(path)), name_time_(env.clock.utc_now()),
      file_(std::make_shared<PlainFile>(env.io, path_.base(), env.mode, flushes_before_answer(env.fsync))) {}

asio::awaitable<Result<void>> PlainStream::open() { co_return Result<void>(); }

asio::awaitable<void> PlainStream::look_again() {
    auto job = [file = file_] {
        file->let_go_if_moved();
        return true;
    };
    co_await env_.pool.run(std::move(job));
}

asio::awaitable<void> PlainStream::round(StagedPages pages) {
    const auto lines = joined_lines(pages);
    name_time_ = std::max(name_time_, env_.clock.utc_now());
    auto job = [file = file_, path = path_.at(name_time_), lines] { return file->append(path, lines.view()); };
    const Appended appended = co_await env_.pool.run(std::move(job));
    if (!appended.error) {
        answer_all(pages, false);
        co_return;
    }
    const std::string_view safe = lines.view().substr(0, appended.bytes);
    answer_partly(pages, static_cast<std::size_t>(std::count(safe.begin(), safe.end(), '\n')), *appended.error);
}

}  // namespace oktail
