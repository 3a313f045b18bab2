#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/error.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>

namespace oktail {

/// How many bytes of pages may be in memory, for the whole process. Thread-safe; waiters of any shard are served in order.
class ByteBudget {
    struct State;

public:
    /// A share of the budget, given back when it goes. It may outlive the budget object.
    class Reservation {
    public:
        Reservation() = default;
        Reservation(Reservation&& other) noexcept;
        Reservation& operator=(Reservation&& other) noexcept;
        ~Reservation() { release(); }

        std::size_t bytes() const noexcept { return bytes_; }
        /// Grows to `bytes` without waiting; false if the budget is spent. An exclusive reservation always grows.
        bool try_grow_to(std::size_t bytes);
        /// Gives back what is above `bytes`.
        void shrink_to(std::size_t bytes);
        void release();

    private:
        friend class ByteBudget;
        Reservation(std::shared_ptr<State> state, std::size_t bytes, bool exclusive);

        std::shared_ptr<State> state_;
        std::size_t bytes_ = 0;
        bool exclusive_ = false;
    };

    /// Lets go of what can be fetched again, when somebody waits for room. Gone with the object; make it and end it on
    /// `executor`.
    class Reclaimer {
    public:
        Reclaimer(ByteBudget& budget, asio::any_io_executor executor, std::function<void()> reclaim);
        Reclaimer(const Reclaimer&) = delete;
        Reclaimer& operator=(const Reclaimer&) = delete;
        ~Reclaimer();

    private:
        friend struct State;
        struct Hook;
        std::shared_ptr<State> state_;
        std::shared_ptr<Hook> hook_;
    };

    explicit ByteBudget(std::size_t limit);

    /// Waits for room. A request above the limit waits until everything else is given back.
    /// Errors: stopped. `stop` is requested on the caller's executor.
    asio::awaitable<Result<Reservation>> reserve(std::size_t bytes, std::stop_token stop);
    /// The one slot that may exceed the limit, so that a page larger than the budget passes, alone. Errors: stopped.
    asio::awaitable<Result<Reservation>> reserve_exclusive(std::size_t bytes, std::stop_token stop);
    /// Without waiting; an empty reservation (0 bytes) if there is no room.
    Reservation try_reserve(std::size_t bytes);

    std::size_t limit() const noexcept;
    std::size_t used() const noexcept;

private:
    asio::awaitable<Result<Reservation>> wait_for(std::size_t bytes, bool exclusive, std::stop_token stop);

    std::shared_ptr<State> state_;
};

}  // namespace oktail
