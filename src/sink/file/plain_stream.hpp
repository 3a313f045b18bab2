#pragma once

#include "sink/file/file_env.hpp"
#include "sink/file/file_name.hpp"
#include "sink/file/plain_file.hpp"
#include "sink/file/stream.hpp"

#include <memory>
#include <optional>

namespace oktail {

/// A stream that appends, and answers when the lines are safe; the route saves its checkpoint after that.
class PlainStream : public Stream {
public:
    PlainStream(const FileEnv& env, TaskGroup& tasks, StreamPath path);

    asio::awaitable<Result<void>> open() override;

private:
    asio::awaitable<void> round(StagedPages pages) override;
    asio::awaitable<void> look_again() override;

    const FileEnv& env_;
    StreamPath path_;
    UtcTime name_time_;  ///< never goes back
    std::shared_ptr<PlainFile> file_;
};

}  // namespace oktail
