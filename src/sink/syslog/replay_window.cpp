#include "sink/syslog/replay_window.hpp"

namespace oktail {

void ReplayWindow::add(std::string frames, SteadyTime sent) {
    if (most_ == 0) return;
    size_ += frames.size();
    kept_.emplace_back(std::move(frames), sent);
    while (size_ - kept_.front().first.size() >= most_) drop_first();
}

void ReplayWindow::forget_before(SteadyTime when) {
    while (!kept_.empty() && kept_.front().second < when) drop_first();
}

std::deque<std::string> ReplayWindow::take() {
    std::deque<std::string> all;
    for (auto& [frames, sent] : kept_) all.push_back(std::move(frames));
    kept_.clear();
    size_ = 0;
    return all;
}

void ReplayWindow::drop_first() {
    size_ -= kept_.front().first.size();
    kept_.pop_front();
}

}  // namespace oktail
