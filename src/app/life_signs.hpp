#pragma once

#include <oktail/core/clock.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oktail {

/// Asks threads whether they still do their work: a question is a job in the thread's own queue, so that only whoever gets on
/// with the jobs before it answers. One thread; what is watched outlives the last ask().
class LifeSigns {
public:
    /// Puts a job into the queue of a thread.
    using Post = std::function<void(std::function<void()> job)>;

    /// `clock` outlives it.
    explicit LifeSigns(const Clock& clock) : clock_(clock) {}

    /// `patience`: how long its longest job may take. A flush of a slow disk takes a minute and is no reason to die.
    void watch(std::string name, Post post, SteadyTime::duration patience);
    /// Asks everyone who owes no answer.
    void ask();
    /// Who has owed an answer for longer than its patience.
    std::vector<std::string> silent() const;

private:
    struct Watched {
        std::string name;
        Post post;
        SteadyTime::duration patience;
        SteadyTime asked;
        std::shared_ptr<std::atomic<bool>> answered;  ///< shared with the question, which may be answered after we are gone
    };

    const Clock& clock_;
    std::vector<Watched> all_;
};

}  // namespace oktail
