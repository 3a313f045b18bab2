#include "simulation/simulated_sink.hpp"

#include <algorithm>

namespace oktail {
namespace {

using namespace std::chrono_literals;

const Error process_is_dead(ErrorKind::fatal, "the process is dead");

/// On the disk, all or nothing. It never goes back.
void put(World& world, const RouteId& route, Checkpoint checkpoint) {
    auto& kept = world.checkpoints[route];
    if (checkpoint.seq < kept.seq || (checkpoint.seq == kept.seq && checkpoint != kept))
        world.wrong("a checkpoint of " + route.tenant() + '/' + route.sink() + " goes back");
    world.note("checkpoint", route.tenant() + '/' + route.sink(), checkpoint.seq);
    kept = std::move(checkpoint);
}

bool is_poison(std::string_view event) { return event.find("\"poison\"") != std::string_view::npos; }

}  // namespace

class SimulatedSink::Writer : public SinkWriter {
public:
    Writer(SimulatedSink& sink, RouteId route) : sink_(sink), route_(std::move(route)) {}
    asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint after) override {
        return sink_.write(route_, std::move(batch), first, std::move(after));
    }

private:
    SimulatedSink& sink_;
    RouteId route_;
};

asio::awaitable<Result<std::unique_ptr<SinkWriter>>> SimulatedSink::open(RouteId route, TenantProfile) {
    if (world_.strikes(name_, "sink does not open")) co_return Error(ErrorKind::transient, "does not open");
    co_return std::unique_ptr<SinkWriter>(std::make_unique<Writer>(*this, std::move(route)));
}

asio::awaitable<WriteOutcome> SimulatedSink::write(RouteId route, Batch batch, std::size_t first, Checkpoint after) {
    const auto on_its_way = world_.strikes(name_, "slow sink") ? world_.between(1s, 6s) : world_.between(1ms, 50ms);
    co_await world_.clock.sleep_for(on_its_way, {});
    if (dead_) co_return WriteOutcome(0, process_is_dead);
    WriteOutcome outcome = take(route, batch, first, std::move(after));
    world_.note("written", route.tenant() + '/' + route.sink(), outcome.durable);
    // Here a death finds the events safe, and nobody told.
    const auto on_its_way_back = world_.between(1ms, 20ms);
    co_await world_.clock.sleep_for(on_its_way_back, {});
    if (dead_) co_return WriteOutcome(0, process_is_dead);
    co_return outcome;
}

WriteOutcome SimulatedSink::take(const RouteId& route, const Batch& batch, std::size_t first, Checkpoint after) {
    if (world_.strikes(name_, "sink is down")) return WriteOutcome(0, Error(ErrorKind::transient, "down"));
    std::size_t end = batch.size();
    if (!exactly_once_ && world_.strikes(name_, "sink takes a part")) end = first + world_.random.below(end - first);
    Lines& lines = world_.delivered[route];
    for (std::size_t i = first; i < end; ++i) {
        if (!exactly_once_ && is_poison(batch.event(i))) {
            world_.count("sink refuses an event");
            return WriteOutcome(i - first, Error(ErrorKind::rejected, "will never be taken"));
        }
        lines.emplace_back(batch.event(i));
    }
    if (end != batch.size()) return WriteOutcome(end - first, Error(ErrorKind::transient, "enough for now"));
    if (exactly_once_) put(world_, route, std::move(after));
    return WriteOutcome(end - first, exactly_once_);
}

asio::awaitable<Result<std::optional<Checkpoint>>> SimulatedCheckpoints::load(RouteId route) {
    const auto found = world_.checkpoints.find(route);
    if (found == world_.checkpoints.end()) co_return std::nullopt;
    co_return found->second;
}

asio::awaitable<Result<void>> SimulatedCheckpoints::save(RouteId route, Checkpoint checkpoint) {
    const auto takes = world_.between(1ms, 20ms);
    co_await world_.clock.sleep_for(takes, {});
    if (dead_) co_return process_is_dead;
    if (world_.strikes("state", "state's disk is full")) co_return Error(ErrorKind::transient, "no space left on device");
    put(world_, route, std::move(checkpoint));
    co_await world_.clock.sleep_for(takes, {});
    if (dead_) co_return process_is_dead;
    co_return Result<void>();
}

}  // namespace oktail
