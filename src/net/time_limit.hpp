#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace oktail {

/// Ends what somebody waits for when its time is over: `end` is called once, on the executor, unless this goes before.
class TimeLimit {
public:
    TimeLimit(const boost::asio::any_io_executor& executor, std::chrono::milliseconds span, std::function<void()> end)
        : state_(std::make_shared<State>(executor, span, std::move(end))) {
        state_->timer.async_wait([state = state_](const boost::system::error_code&) {
            if (state->gone) return;
            state->passed = true;
            state->end();
        });
    }
    TimeLimit(const TimeLimit&) = delete;
    TimeLimit& operator=(const TimeLimit&) = delete;
    ~TimeLimit() {
        state_->gone = true;
        state_->timer.cancel();
    }

    bool passed() const noexcept { return state_->passed; }

private:
    struct State {
        State(const boost::asio::any_io_executor& executor, std::chrono::milliseconds span, std::function<void()> end)
            : timer(executor, span), end(std::move(end)) {}

        boost::asio::steady_timer timer;
        std::function<void()> end;
        bool passed = false;
        bool gone = false;
    };
    std::shared_ptr<State> state_;
};

}  // namespace oktail
