#pragma once

#include <atomic>
#include <cstddef>

namespace oktail {

/// What of a write reaches the file when the process dies in it.
enum class Tear { nothing, one_byte, half, all_but_the_last };

/// Kills the process at one of its steps: from then on nothing has an effect.
class Fuse {
public:
    static constexpr int never = 0;

    explicit Fuse(int kill_at = never, Tear tear = Tear::nothing) : kill_at_(kill_at), tear_(tear) {}

    /// At the start of a step that changes something; false: the process is dead.
    bool enter() {
        if (!dead_ && ++steps_ == kill_at_) dead_ = true;
        return !dead_;
    }
    void kill() { dead_ = true; }
    bool is_dead() const { return dead_; }
    int steps() const { return steps_; }
    /// So much of a write of `size` bytes reaches the file in the step that kills.
    std::size_t torn(std::size_t size) {
        if (steps_ != kill_at_ || torn_) return 0;
        torn_ = true;
        switch (tear_) {
            case Tear::nothing: return 0;
            case Tear::one_byte: return 1;
            case Tear::half: return size / 2;
            case Tear::all_but_the_last: return size - 1;
        }
        return 0;
    }

private:
    int kill_at_;
    Tear tear_;
    std::atomic<int> steps_{0};
    std::atomic<bool> dead_{false};
    bool torn_ = false;
};

}  // namespace oktail
