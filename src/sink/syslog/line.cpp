#include "sink/syslog/line.hpp"

#include <algorithm>

namespace oktail {

std::chrono::milliseconds Line::age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - opened_);
}

void Line::fail(const Error& why) {
    if (trouble_) return;
    trouble_ = why;
    stream_->close();
    over_.request_stop();
}

asio::awaitable<void> Line::write_failed(Error why) {
    co_await clock_.sleep_for(std::chrono::milliseconds(50), over());
    fail(why);
}

Error Line::trouble() const { return trouble_ ? *trouble_ : Error(ErrorKind::stopped, "the sink is closed"); }

asio::awaitable<void> Line::watch(std::function<bool()> is_anything_on_the_way, std::stop_token ended) {
    const auto look = std::min(deadlines_.no_progress / 10, std::chrono::milliseconds(1'000));
    std::size_t before = 0;
    while (!is_over()) {
        const std::size_t unacknowledged = stream_->unacknowledged();
        if (unacknowledged != before || !is_anything_on_the_way()) moved();
        before = unacknowledged;
        if (clock_.now() - moved_ > deadlines_.no_progress)
            fail(Error(ErrorKind::transient,
                       "it has taken nothing for " + std::to_string(deadlines_.no_progress.count() / 1'000) + " s"));
        else co_await clock_.sleep_for(look, over());
    }
    if (!is_broken()) co_await clock_.sleep_for(deadlines_.finish, ended);
    fail(Error(ErrorKind::stopped, "the sink is closed"));
}

}  // namespace oktail
