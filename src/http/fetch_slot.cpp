#include "http/fetch_slot.hpp"

namespace oktail {

FetchSlot::FetchSlot(Gate& gate, asio::any_io_executor executor, std::chrono::milliseconds patience)
    : gate_(gate), timer_(executor), patience_(patience) {}

asio::awaitable<Result<void>> FetchSlot::take(std::stop_token stop) {
    ++hold_->waits;
    if (hold_->place.bytes() != 0) co_return Result<void>();
    auto place = co_await gate_.enter(std::move(stop));
    if (!place) co_return place.error();
    hold_->place = std::move(*place);
    co_return Result<void>();
}

void FetchSlot::lend() {
    timer_.expires_after(patience_);
    timer_.async_wait([lent = std::weak_ptr(hold_), wait = hold_->waits](boost::system::error_code ec) {
        const auto hold = lent.lock();
        if (!ec && hold && hold->waits == wait) hold->place.release();
    });
}

}  // namespace oktail
