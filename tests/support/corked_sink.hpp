#pragma once

#include <oktail/sink/sink.hpp>

#include "core/event_flag.hpp"
#include "support/step_fuse.hpp"

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace oktail {

/// What lies at a fake destination; survives the crash of whoever writes there.
class Destination {
public:
    std::vector<std::string> events;
};

/// A sink that the test holds back, fails or makes picky. At least once, or exactly once when given a store.
class CorkedSink : public Sink {
public:
    CorkedSink(Destination& destination, StepFuse& fuse) : destination_(destination), fuse_(fuse) {}

    asio::awaitable<Result<std::unique_ptr<SinkWriter>>> open(RouteId route, TenantProfile) override {
        if (const auto error = fuse_.enter()) co_return *error;
        fuse_.leave();
        co_return std::unique_ptr<SinkWriter>(std::make_unique<Writer>(*this, std::move(route)));
    }
    asio::awaitable<void> close() override { co_return; }
    std::optional<std::string> traces(const RouteId&, const Labels&) override { return std::nullopt; }

    void cork() { corked_ = true; }
    void uncork() {
        corked_ = false;
        flag_.notify();
    }

    std::deque<Error> errors;               ///< the next writes fail with these
    std::set<std::string> refused;          ///< events that it will never take
    std::size_t at_most = 1'000'000;        ///< events taken by one write
    CheckpointStore* saves_with = nullptr;  ///< exactly once: saved together with the events
    int writes = 0;

private:
    class Writer : public SinkWriter {
    public:
        Writer(CorkedSink& sink, RouteId route) : sink_(sink), route_(std::move(route)) {}
        asio::awaitable<WriteOutcome> write(Batch batch, std::size_t first, Checkpoint after) override {
            return sink_.write(route_, std::move(batch), first, std::move(after));
        }

    private:
        CorkedSink& sink_;
        RouteId route_;
    };

    asio::awaitable<WriteOutcome> write(RouteId route, Batch batch, std::size_t first, Checkpoint after) {
        ++writes;
        while (corked_) co_await flag_.wait({});
        if (auto error = fuse_.enter()) co_return WriteOutcome(0, std::move(*error));
        if (!errors.empty()) {
            Error error = errors.front();
            errors.pop_front();
            co_return WriteOutcome(0, std::move(error));
        }
        std::size_t done = 0;
        std::optional<Error> error;
        for (std::size_t i = first; i < batch.size(); ++i, ++done) {
            const std::string event(batch.event(i));
            if (refused.contains(event)) error = Error(ErrorKind::rejected, "will never be taken");
            else if (done == at_most) error = Error(ErrorKind::transient, "enough for now");
            if (error) break;
            destination_.events.push_back(event);
        }
        WriteOutcome outcome(done, false);
        outcome.error = error;
        if (saves_with && !error) {
            const auto saved = co_await saves_with->save(std::move(route), std::move(after));
            outcome.checkpointed = saved.has_value();
        }
        fuse_.leave();
        co_return outcome;
    }

    Destination& destination_;
    StepFuse& fuse_;
    bool corked_ = false;
    EventFlag flag_;
};

}  // namespace oktail
