#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>

#include "core/worker_pool.hpp"

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace oktail {

/// Names to addresses by the system's resolver, on threads of its own: Asio's blocks its io_context, and cannot be cancelled
/// while a look-up runs. One for all shards, thread-safe; it goes before the shards do.
class Resolver {
public:
    using Addresses = std::vector<asio::ip::address>;
    /// Blocks as long as it likes. Errors: transient.
    using LookUp = std::function<Result<Addresses>(const std::string& host)>;

    static constexpr std::chrono::seconds deadline{5};
    static constexpr std::chrono::seconds keep{60};

    static Result<Addresses> look_up_by_system(const std::string& host);

    explicit Resolver(Clock& clock, LookUp look_up = look_up_by_system, unsigned threads = 64);
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    /// Look-ups that hang are left behind.
    ~Resolver();

    /// Never empty; the last good addresses when the look-up fails or takes too long. A look-up in flight is shared, and when
    /// its callers have lost patience it goes on alone. Errors: transient, stopped.
    asio::awaitable<Result<Addresses>> resolve(std::string host, std::stop_token stop);
    /// None of its addresses could be reached: the next to ask looks it up again, for the name may have moved.
    void doubt(const std::string& host);

private:
    struct Waiter;
    struct Name {
        Addresses good;
        SteadyTime good_until{};
        bool looking = false;  ///< on a thread, or in the queue for one
        bool running = false;  ///< on a thread
        bool slow = false;     ///< its last look-up outlasted the patience of its callers
        std::vector<std::shared_ptr<Waiter>> waiters;
    };
    /// What the look-ups share; one that is left behind may outlive the resolver.
    struct State {
        State(Clock& clock, LookUp look_up) : clock(clock), look_up(std::move(look_up)) {}

        void look(const std::string& host);

        Clock& clock;
        LookUp look_up;
        std::mutex mutex;
        bool closed = false;
        std::map<std::string, Name> names;  ///< a handful per tenant, named by the configuration
    };

    Clock& clock_;
    std::shared_ptr<State> state_;
    std::unique_ptr<WorkerPool> pool_;
    std::unique_ptr<WorkerPool> slow_pool_;  // names that never resolve hold up each other, and nobody else
};

}  // namespace oktail
