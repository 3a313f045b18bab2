#include "http/fetch_slot.hpp"

#include <utility>

namespace oktail {

FetchSlot::FetchSlot(Gate& gate, asio::any_io_executor executor, std::chrono::milliseconds patience)
    : gate_(gate), timer_(executor), patience_(patience) {}

asio::awaitable<Result<void>> FetchSlot::take(std::size_t received, std::stop_token stop) {
    if (received >= enough_) {
        enough_ = received + least_progress;
        ++hold_->advances;
        hold_->is_slow = false;
    }
    if (hold_->place.bytes() != 0) co_return Result<void>();
    auto place = co_await gate_.enter(std::move(stop));
    if (!place) co_return place.error();
    hold_->place = std::move(*place);
    co_return Result<void>();
}

void FetchSlot::lend() {
    if (hold_->is_slow) return hold_->place.release();
    if (std::exchange(timed_, hold_->advances) == hold_->advances) return;  // it runs already
    timer_.expires_after(patience_);
    timer_.async_wait([lent = std::weak_ptr(hold_), advance = hold_->advances](boost::system::error_code ec) {
        const auto hold = lent.lock();
        if (ec || !hold || hold->advances != advance) return;
        hold->is_slow = true;
        hold->place.release();
    });
}

}  // namespace oktail
