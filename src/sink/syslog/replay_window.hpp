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

    /// Whole frames.
    class Chunk {
    public:
        Chunk() = default;
        Chunk(std::string frames, SteadyTime sent, int taken) : frames(std::move(frames)), sent(sent), taken(taken) {}

        std::string frames;
        SteadyTime sent{};  ///< for the first time
        int taken = 0;      ///< by so many connections
    };
    /// What so many connections have taken is not sent again: the end of a connection must not be the reason for the next one
    /// for ever.
    static constexpr int most_taken = 4;

    /// Keeps at least the last `most` bytes.
    void add(Chunk chunk);
    /// What was sent before has been read.
    void forget_before(SteadyTime when);
    /// In the order they were sent; the window is empty then.
    std::deque<Chunk> take();
    bool empty() const noexcept { return kept_.empty(); }
    std::size_t size() const noexcept { return size_; }

private:
    void drop_first();

    std::size_t most_;
    std::size_t size_ = 0;
    std::deque<Chunk> kept_;
};

}  // namespace oktail
