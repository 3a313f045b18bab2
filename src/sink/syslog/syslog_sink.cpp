#include "sink/syslog/syslog_sink.hpp"

#include "core/assert.hpp"
#include "sink/syslog/syslog_message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace oktail {
namespace {

/// Whatever ends the wait for an answer, a hard cancel too: what is not sent yet is not wanted any more.
class AbandonedAtExit {
public:
    explicit AbandonedAtExit(ParcelPtr parcel) : parcel_(std::move(parcel)) {}
    AbandonedAtExit(const AbandonedAtExit&) = delete;
    AbandonedAtExit& operator=(const AbandonedAtExit&) = delete;
    ~AbandonedAtExit() { parcel_->abandoned = true; }

private:
    ParcelPtr parcel_;
};

/// On the channel's shard, which is the route's.
class SyslogSinkWriter : public SinkWriter {
public:
    SyslogSinkWriter(std::shared_ptr<SyslogMessages> messages, Channel& channel)
        : messages_(std::move(messages)), channel_(channel) {}

    asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint) override {
        if (first >= batch.size()) co_return WriteOutcome();
        const auto answer = std::make_shared<Parcel::Answer>(channel_.executor());
        const auto parcel = std::make_shared<Parcel>(std::move(batch), first, messages_, answer, ahead_);
        const AbandonedAtExit guard(parcel);
        channel_.take(parcel);
        co_return co_await Parcel::Answer::take(answer);
    }

private:
    std::shared_ptr<SyslogMessages> messages_;
    std::shared_ptr<TakenAhead> ahead_ = std::make_shared<TakenAhead>();
    Channel& channel_;
};

asio::execution_context& context_of(const asio::any_io_executor& executor) {
    return asio::query(executor, asio::execution::context);
}

}  // namespace

SyslogSink::SyslogSink(const std::string& name, std::shared_ptr<const SyslogOptions> options, SinkDeps deps,
                       SyslogDeadlines deadlines)
    : options_(std::move(options)), deadlines_(deadlines), readers_(std::make_unique<WorkerPool>("certs " + name, 1)),
      receivers_(*options_, deps.resolver, *readers_, deps.clock, deadlines_) {
    const log::Scope scope({}, name);
    for (const asio::any_io_executor& shard : deps.shards)
        channels_.push_back(
            std::make_unique<Channel>(scope, receivers_, options_->replay_window, shard, deps.clock, deadlines_));
    if (options_->is_udp())
        log::warn(scope, "syslog over UDP is best effort: what the network or the receiver drops is lost, and nobody notices");
}

SyslogSink::~SyslogSink() {
    channels_.clear();
    leave_behind(std::move(readers_));
}

asio::awaitable<Result<std::unique_ptr<SinkWriter>>> SyslogSink::open(RouteId route, TenantProfile tenant) {
    auto executor = co_await asio::this_coro::executor;
    const auto is_here = [&executor](const auto& channel) { return &context_of(channel->executor()) == &context_of(executor); };
    const auto channel = std::ranges::find_if(channels_, is_here);
    OKTAIL_ASSERT(channel != channels_.end());
    auto messages = std::make_shared<SyslogMessages>(*options_, route, tenant, line_format(options_->format, route, tenant));
    std::unique_ptr<SinkWriter> writer = std::make_unique<SyslogSinkWriter>(std::move(messages), **channel);
    co_return writer;
}

asio::awaitable<void> SyslogSink::close() {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto executor = co_await asio::this_coro::executor;
    TaskGroup closing(executor);
    const auto close = [](Channel& channel) -> asio::awaitable<void> {
        co_await asio::co_spawn(channel.executor(), channel.close(), asio::use_awaitable);
    };
    for (const auto& channel : channels_) closing.spawn(close(*channel));
    co_await closing.join();
}

/// What a receiver has, it does not tell.
std::optional<std::string> SyslogSink::traces(const RouteId&, const Labels&) { return std::nullopt; }

}  // namespace oktail
