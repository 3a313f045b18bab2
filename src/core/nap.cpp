#include "core/nap.hpp"

namespace oktail {

asio::awaitable<void> Nap::until(SteadyTime when, Clock& clock, std::stop_token stop) {
    sleeping_.emplace();
    const auto forward = [this] { wake(); };
    const std::stop_callback on_stop(stop, forward);
    const std::stop_token woken = sleeping_->get_token();
    co_await clock.sleep_until(when, woken);
    sleeping_.reset();
}

void Nap::wake() {
    if (sleeping_) sleeping_->request_stop();
}

}  // namespace oktail
