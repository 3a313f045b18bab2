#include <oktail/core/byte_budget.hpp>

#include "core/wait_for_stop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace oktail {

struct ByteBudget::Reclaimer::Hook {
    Hook(asio::any_io_executor executor, std::function<void()> reclaim)
        : executor(std::move(executor)), reclaim(std::move(reclaim)) {}
    asio::any_io_executor executor;
    std::function<void()> reclaim;  ///< empty once its owner is gone; on the executor only
};

struct ByteBudget::State {
    /// A waiter of any shard. Its timer is touched on its own executor only.
    struct Waiter {
        Waiter(std::size_t bytes, bool exclusive, asio::any_io_executor executor)
            : bytes(bytes), exclusive(exclusive), executor(std::move(executor)),
              timer(this->executor, asio::steady_timer::time_point::max()) {}
        std::size_t bytes;
        bool exclusive;
        asio::any_io_executor executor;
        asio::steady_timer timer;
        bool granted = false;  ///< under the mutex
    };

    explicit State(std::size_t limit) : limit(limit) {}

    /// What is this small, an answer at the head of the log, has a share that pages may not take: it never waits for them.
    static constexpr std::size_t small = 256UL * 1024;
    static constexpr std::size_t most_for_small_ones = 32UL * 1024 * 1024;

    std::size_t limit_for(std::size_t bytes) const {
        return bytes <= small ? limit : limit - std::min(limit / 8, most_for_small_ones);
    }
    bool fits(std::size_t bytes) const { return used + bytes <= limit_for(bytes) || used == 0; }
    bool admit(std::size_t bytes, bool exclusive) {
        if (exclusive ? exclusive_taken : !fits(bytes)) return false;
        used += bytes;
        exclusive_taken |= exclusive;
        return true;
    }
    /// Under the mutex. First come, first served, so that a large request is not passed over for ever; small ones, and the
    /// exclusive slot, are queues of their own.
    void grant() {
        bool large_blocked = false;
        bool small_blocked = false;
        for (auto it = waiters.begin(); it != waiters.end();) {
            Waiter& waiter = **it;
            bool& blocked = waiter.bytes <= small ? small_blocked : large_blocked;
            const bool may = waiter.exclusive || !blocked;
            if (may && admit(waiter.bytes, waiter.exclusive)) {
                waiter.granted = true;
                asio::post(waiter.executor, [waiter = *it] { waiter->timer.cancel(); });
                it = waiters.erase(it);
                continue;
            }
            blocked |= !waiter.exclusive;
            ++it;
        }
    }

    /// Under the mutex.
    void ask_for_room() {
        for (const auto& hook : reclaimers)
            asio::post(hook->executor, [hook] {
                if (hook->reclaim) hook->reclaim();
            });
    }

    const std::size_t limit;
    mutable std::mutex mutex;
    std::size_t used = 0;
    bool exclusive_taken = false;
    std::deque<std::shared_ptr<Waiter>> waiters;
    std::vector<std::shared_ptr<Reclaimer::Hook>> reclaimers;
};

ByteBudget::Reclaimer::Reclaimer(ByteBudget& budget, asio::any_io_executor executor, std::function<void()> reclaim)
    : state_(budget.state_), hook_(std::make_shared<Hook>(std::move(executor), std::move(reclaim))) {
    const std::lock_guard lock(state_->mutex);
    state_->reclaimers.push_back(hook_);
}

ByteBudget::Reclaimer::~Reclaimer() {
    hook_->reclaim = nullptr;
    const std::lock_guard lock(state_->mutex);
    std::erase(state_->reclaimers, hook_);
}

ByteBudget::Reservation::Reservation(std::shared_ptr<State> state, std::size_t bytes, bool exclusive)
    : state_(std::move(state)), bytes_(bytes), exclusive_(exclusive) {}

ByteBudget::Reservation::Reservation(Reservation&& other) noexcept
    : state_(std::move(other.state_)), bytes_(std::exchange(other.bytes_, 0)), exclusive_(other.exclusive_) {}

ByteBudget::Reservation& ByteBudget::Reservation::operator=(Reservation&& other) noexcept {
    if (this != &other) {
        release();
        state_ = std::move(other.state_);
        bytes_ = std::exchange(other.bytes_, 0);
        exclusive_ = other.exclusive_;
    }
    return *this;
}

bool ByteBudget::Reservation::try_grow_to(std::size_t bytes) {
    if (!state_ || bytes <= bytes_) return true;
    const std::lock_guard lock(state_->mutex);
    // Alone in the budget, or in the exclusive slot: nothing else could make room.
    const bool alone = state_->used == bytes_;
    if (!exclusive_ && !alone && state_->used - bytes_ + bytes > state_->limit_for(bytes)) return false;
    state_->used += bytes - bytes_;
    bytes_ = bytes;
    return true;
}

void ByteBudget::Reservation::shrink_to(std::size_t bytes) {
    if (!state_ || bytes >= bytes_) return;
    const std::lock_guard lock(state_->mutex);
    state_->used -= bytes_ - bytes;
    bytes_ = bytes;
    state_->grant();
}

void ByteBudget::Reservation::release() {
    if (!state_) return;
    {
        const std::lock_guard lock(state_->mutex);
        state_->used -= bytes_;
        if (exclusive_) state_->exclusive_taken = false;
        state_->grant();
    }
    state_.reset();
    bytes_ = 0;
}

ByteBudget::ByteBudget(std::size_t limit) : state_(std::make_shared<State>(limit)) {}

asio::awaitable<Result<ByteBudget::Reservation>> ByteBudget::reserve(std::size_t bytes, std::stop_token stop) {
    return wait_for(bytes, false, std::move(stop));
}

asio::awaitable<Result<ByteBudget::Reservation>> ByteBudget::reserve_exclusive(std::size_t bytes, std::stop_token stop) {
    return wait_for(bytes, true, std::move(stop));
}

ByteBudget::Reservation ByteBudget::try_reserve(std::size_t bytes) {
    const std::lock_guard lock(state_->mutex);
    if (!state_->waiters.empty() || !state_->admit(bytes, false)) return {};
    return {state_, bytes, false};
}

std::size_t ByteBudget::limit() const noexcept { return state_->limit; }

std::size_t ByteBudget::used() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->used;
}

asio::awaitable<Result<ByteBudget::Reservation>> ByteBudget::wait_for(std::size_t bytes, bool exclusive, std::stop_token stop) {
    const std::shared_ptr<State> state = state_;
    auto executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<State::Waiter>(bytes, exclusive, executor);
    {
        const std::lock_guard lock(state->mutex);
        state->waiters.push_back(waiter);
        state->grant();
        if (waiter->granted) co_return Reservation(state, bytes, exclusive);
        state->ask_for_room();
    }
    // Whatever ends the wait, a hard cancel too: what was granted is given back, what was not is taken off the queue.
    const auto settle = [&state, &waiter](void*) {
        const std::lock_guard lock(state->mutex);
        std::erase(state->waiters, waiter);
        if (waiter->granted) {
            state->used -= waiter->bytes;
            if (waiter->exclusive) state->exclusive_taken = false;
        }
        state->grant();
    };
    std::unique_ptr<void, decltype(settle)> guard(waiter.get(), settle);
    for (;;) {
        co_await wait_or_stop(waiter->timer, stop);
        bool granted = false;
        {
            const std::lock_guard lock(state->mutex);
            granted = waiter->granted;
        }
        if (granted) {
            static_cast<void>(guard.release());
            co_return Reservation(state, bytes, exclusive);
        }
        if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while waiting for memory");
    }
}

}  // namespace oktail
