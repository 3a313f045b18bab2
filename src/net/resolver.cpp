#include "net/resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>

namespace oktail {

struct Resolver::Waiter {
    explicit Waiter(asio::any_io_executor executor) : executor(std::move(executor)) {}

    asio::any_io_executor executor;
    std::stop_source woken;  // on its executor, as everything of it below
    std::optional<Result<Addresses>> answer;
};

Result<Resolver::Addresses> Resolver::look_up_by_system(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    const int outcome = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (outcome != 0)
        return Error(ErrorKind::transient, outcome == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(outcome));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
    Addresses addresses;
    for (const addrinfo* at = found; at; at = at->ai_next) {
        if (at->ai_family == AF_INET) {
            sockaddr_in v4{};
            std::memcpy(&v4, at->ai_addr, sizeof v4);
            addresses.emplace_back(asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)));
        } else if (at->ai_family == AF_INET6) {
            sockaddr_in6 v6{};
            std::memcpy(&v6, at->ai_addr, sizeof v6);
            asio::ip::address_v6::bytes_type bytes;
            std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
            addresses.emplace_back(asio::ip::address_v6(bytes, v6.sin6_scope_id));
        }
    }
    if (addresses.empty()) return Error(ErrorKind::transient, "the name has no address");
    return addresses;
}

Resolver::Resolver(Clock& clock, LookUp look_up, unsigned threads)
    : clock_(clock), state_(std::make_shared<State>(clock, std::move(look_up))),
      pool_(std::make_unique<WorkerPool>("resolver", threads)),
      slow_pool_(std::make_unique<WorkerPool>("slow names", std::max(1U, threads / 4))) {}

Resolver::~Resolver() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->closed = true;
    }
    leave_behind(std::move(pool_));
    leave_behind(std::move(slow_pool_));
}

asio::awaitable<Result<Resolver::Addresses>> Resolver::resolve(std::string host, std::stop_token stop) {
    boost::system::error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return Addresses(1, literal);

    auto executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor);
    {
        const std::lock_guard lock(state_->mutex);
        Name& name = state_->names[host];
        if (!name.good.empty() && clock_.now() < name.good_until) co_return name.good;
        name.waiters.push_back(waiter);
        if (!name.looking) {
            name.looking = true;
            (name.slow ? slow_pool_ : pool_)->post([state = state_, host] { state->look(host); });
        }
    }
    // Whatever ends the wait, a hard cancel too: nobody is called back who has left.
    const auto leave = [state = state_, &host, &waiter](void*) {
        const std::lock_guard lock(state->mutex);
        std::erase(state->names[host].waiters, waiter);
    };
    const std::unique_ptr<void, decltype(leave)> guard(this, leave);
    const auto wake = [&waiter] { waiter->woken.request_stop(); };
    const std::stop_callback on_stop(stop, wake);
    co_await clock_.sleep_until(clock_.now() + deadline, waiter->woken.get_token());

    if (waiter->answer && *waiter->answer) co_return std::move(**waiter->answer);
    if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while resolving " + host);
    {
        const std::lock_guard lock(state_->mutex);
        Name& name = state_->names[host];
        if (name.running && !waiter->answer) name.slow = true;
        if (!name.good.empty()) co_return name.good;
    }
    if (waiter->answer) co_return waiter->answer->error().in("resolving " + host);
    co_return Error(ErrorKind::transient, "resolving " + host + ": timed out");
}

void Resolver::doubt(const std::string& host) {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->names.find(host);
    if (found != state_->names.end()) found->second.good_until = SteadyTime();
}

void Resolver::State::look(const std::string& host) {
    {
        const std::lock_guard lock(mutex);
        Name& name = names[host];
        if (closed || name.waiters.empty()) {  // all gone while this stood in the pool's queue
            name.looking = false;
            return;
        }
        name.running = true;
    }
    const Result<Addresses> answer = look_up(host);
    const std::lock_guard lock(mutex);
    if (closed) return;  // and the clock may be gone
    Name& name = names[host];
    name.looking = name.running = false;
    if (!name.waiters.empty()) name.slow = false;
    if (answer) {
        name.good = *answer;
        name.good_until = clock.now() + keep;
    }
    for (const auto& waiter : name.waiters)
        asio::post(waiter->executor, [waiter, answer] {
            waiter->answer = answer;
            waiter->woken.request_stop();
        });
    name.waiters.clear();
}

}  // namespace oktail
