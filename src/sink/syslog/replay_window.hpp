#pragma once

#include <oktail/core/clock.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

namespace oktail {

/// The last frames that a receiver's kernel has taken: whether the receiver has read them, nobody knows.
class ReplayWindow {
public:
    explicit ReplayWindow(std::size_t most) : most_(most) {}

    /// Whole frames. Keeps at least the last `most` bytes.
    void add(std::string frames, SteadyTime sent);
    /// What was sent before has been read.
    void forget_before(SteadyTime when);
    /// In the order they were sent; the window is empty then.
    std::deque<std::string> take();
    bool empty() const noexcept { return kept_.empty(); }
    std::size_t size() const noexcept { return size_; }

private:
    void drop_first();

    std::size_t most_;
    std::size_t size_ = 0;
    std::deque<std::pair<std::string, SteadyTime>> kept_;
};

}  // namespace oktail
