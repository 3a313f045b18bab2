#include "sink/kafka/kafka_sink.hpp"

#include <boost/asio/this_coro.hpp>

namespace oktail {
namespace {

class KafkaSinkWriter : public SinkWriter {
public:
    KafkaSinkWriter(RouteId route, std::shared_ptr<const RecordFormat> format, std::size_t most, Committer& committer)
        : route_(std::move(route)), format_(std::move(format)), most_(most), committer_(committer) {}

    std::size_t largest_event() const override { return format_->largest_event(most_); }

    asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint after) override {
        if (first >= batch.size()) co_return WriteOutcome();
        auto executor = co_await asio::this_coro::executor;
        const auto answer = std::make_shared<Unit::Answer>(executor);
        auto unit = std::make_shared<Unit>(route_, format_, std::move(batch), first, std::move(after), answer);
        committer_.commit(std::move(unit));
        co_return co_await Unit::Answer::take(answer);
    }

private:
    RouteId route_;
    std::shared_ptr<const RecordFormat> format_;
    std::size_t most_;
    Committer& committer_;
};

}  // namespace

asio::awaitable<Result<std::optional<Checkpoint>>> KafkaCheckpoints::load(RouteId route) {
    auto executor = co_await asio::this_coro::executor;
    const auto answer = std::make_shared<Committer::Loaded>(executor);
    committer_.load(route, answer);
    auto there = co_await Committer::Loaded::take(answer);
    if (!there) co_return there.error();
    auto here = co_await state_.load(std::move(route));
    if (!here) co_return here.error();
    if (*there && (!*here || (*here)->seq <= (*there)->seq)) co_return there;
    co_return here;
}

asio::awaitable<Result<void>> KafkaCheckpoints::save(RouteId route, Checkpoint checkpoint) {
    if (!is_exact_) co_return co_await state_.save(std::move(route), std::move(checkpoint));
    auto executor = co_await asio::this_coro::executor;
    const auto answer = std::make_shared<Unit::Answer>(executor);
    auto unit = std::make_shared<Unit>(std::move(route), nullptr, Batch(), 0, std::move(checkpoint), answer);
    committer_.commit(std::move(unit));
    const WriteOutcome outcome = co_await Unit::Answer::take(answer);
    if (outcome.error) co_return *outcome.error;
    co_return Result<void>();
}

KafkaSink::KafkaSink(std::string name, std::shared_ptr<const KafkaOptions> options, SinkDeps deps)
    : options_(std::move(options)), clock_(deps.clock), pool_(std::make_unique<WorkerPool>("kafka " + name, 1)),
      committer_(std::make_shared<Committer>(options_, std::move(name), deps.instance, deps.clock, *pool_)),
      checkpoints_(*committer_, deps.state, options_->is_exact()) {}

KafkaSink::~KafkaSink() { leave_behind(std::move(pool_)); }

asio::awaitable<Result<std::unique_ptr<SinkWriter>>> KafkaSink::open(RouteId route, TenantProfile tenant) {
    auto executor = co_await asio::this_coro::executor;
    auto format = std::make_shared<const RecordFormat>(*options_, route, tenant);
    const auto answer = std::make_shared<Committer::Opened>(executor);
    committer_->open(format->topic(), answer);
    const auto most = co_await Committer::Opened::take(answer);
    if (!most) co_return most.error();
    std::unique_ptr<SinkWriter> writer =
        std::make_unique<KafkaSinkWriter>(std::move(route), std::move(format), *most, *committer_);
    co_return writer;
}

asio::awaitable<void> KafkaSink::close() {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    committer_->close();
    auto let_go = [committer = committer_] {
        committer->let_go();
        return true;
    };
    // Brokers that do not answer must not hold up a stop: what was not committed is not there.
    const std::stop_token never;
    co_await pool_->run_until(clock_.now() + std::chrono::seconds(4), clock_, std::move(let_go), never);
}

/// With `exactly_once` the topic is the state; without, it is asked as well.
std::optional<std::string> KafkaSink::traces(const RouteId&, const Labels&) { return std::nullopt; }

}  // namespace oktail
