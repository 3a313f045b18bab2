#include "sink/syslog/channel.hpp"

#include <functional>
#include <string>
#include <utility>

namespace oktail {

using std::chrono::milliseconds;

Channel::Channel(log::Scope scope, const Receivers& receivers, std::size_t replay_window, asio::any_io_executor executor,
                 Clock& clock, const SyslogDeadlines& deadlines)
    : scope_(std::move(scope)), receivers_(receivers), clock_(clock),
      backoff_(milliseconds(250), deadlines.longest_backoff,
               std::hash<std::string>()(scope_.sink) ^ reinterpret_cast<std::uintptr_t>(this)),
      window_(replay_window), tasks_(std::move(executor)) {}

void Channel::take(ParcelPtr parcel) {
    if (stop_.stop_requested()) return parcel->fail(Error(ErrorKind::stopped, "the sink is closed"));
    if (down_) return parcel->fail(*down_);
    outbox_.add(std::move(parcel));
    if (!std::exchange(started_, true)) tasks_.spawn(keep());
}

asio::awaitable<void> Channel::close() {
    stop_.request_stop();
    // What a dead receiver's kernel took is sent again to the next one, which will not come any more.
    if (owes_ && !window_.empty())
        log::warn(scope_, "closed before the replay window could be sent again", {{"bytes", window_.size()}});
    outbox_.fail_all(Error(ErrorKind::stopped, "the sink is closed"));
    co_await tasks_.join();
}

asio::awaitable<void> Channel::keep() {
    const auto stop = stop_.get_token();
    while (!stop.stop_requested()) {
        if (!owes_ && !outbox_.current()) {
            co_await outbox_.changed.wait(stop);
            continue;
        }
        auto session = co_await connect();
        if (!session) {
            if (session.error().kind() != ErrorKind::stopped)
                log::warn(scope_, "no syslog receiver can be reached", {{"error", session.error().what()}});
            co_await back_off(session.error());
            continue;
        }
        down_.reset();
        owes_ = false;
        log::info(scope_, "connected to a syslog receiver", {{"receiver", (*session)->description()}});
        co_await serve(**session);
    }
}

/// The first that can be reached, from the one whose turn it is.
asio::awaitable<Result<std::unique_ptr<SyslogSession>>> Channel::connect() {
    std::string all;
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        const std::size_t receiver = (next_receiver_ + i) % receivers_.size();
        auto session = co_await receivers_.open(receiver, window_, stop_.get_token());
        if (session) next_receiver_ = receiver;
        if (stop_.stop_requested()) co_return Error(ErrorKind::stopped, "the sink is closed");
        if (session) co_return session;
        all += (all.empty() ? "" : "; ") + session.error().what();
    }
    co_return Error(ErrorKind::transient, all);
}

asio::awaitable<void> Channel::serve(SyslogSession& session) {
    const Error why = co_await session.run(outbox_, stop_.get_token());
    // The first is the one to prefer, unless what took its place does no better: a gateway with nobody behind it takes
    // connections, too.
    next_receiver_ = session.has_stood() ? 0 : (next_receiver_ + 1) % receivers_.size();
    if (session.was_of_use()) backoff_.reset();
    if (why.kind() == ErrorKind::stopped) co_return;
    const bool was_in_use = outbox_.current() || outbox_.is_anything_sent();
    owes_ = was_in_use || (!session.ended_well() && !window_.empty());
    const Error lost = why.in(session.description());
    if (owes_) log::warn(scope_, "lost the connection to a syslog receiver", {{"error", lost.what()}});
    else log::info(scope_, "an idle connection to a syslog receiver ended", {{"error", lost.what()}});
    outbox_.fail_begun(lost);
    if (owes_ && !session.was_of_use()) co_await back_off(lost);
}

/// Until then, whoever has something to send is told at once.
asio::awaitable<void> Channel::back_off(const Error& why) {
    if (why.kind() == ErrorKind::stopped) co_return;
    down_ = why;
    owes_ = true;
    outbox_.fail_all(why);
    const auto wait = backoff_.next();
    log::debug(scope_, "the next try waits", {{"ms", wait.count()}});
    co_await clock_.sleep_for(wait, stop_.get_token());
}

}  // namespace oktail
