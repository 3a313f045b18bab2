#include "sink/syslog/replay_window.hpp"

namespace oktail {

void ReplayWindow::add(Chunk chunk) {
    if (most_ == 0 || chunk.taken >= most_taken) return;
    if (chunk.frames.capacity() > 2 * chunk.frames.size()) chunk.frames.shrink_to_fit();
    size_ += chunk.frames.size();
    kept_.push_back(std::move(chunk));
    while (size_ - kept_.front().frames.size() >= most_) drop_first();
}

void ReplayWindow::forget_before(SteadyTime when) {
    while (!kept_.empty() && kept_.front().sent < when) drop_first();
}

std::deque<ReplayWindow::Chunk> ReplayWindow::take() {
    size_ = 0;
    return std::exchange(kept_, {});
}

void ReplayWindow::drop_first() {
    size_ -= kept_.front().frames.size();
    kept_.pop_front();
}

}  // namespace oktail
