#include "conformance/sink_conformance.hpp"

#include "core/log.hpp"
#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "support/batch_of.hpp"
#include "support/fake_store.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <future>

namespace oktail {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

std::ptrdiff_t open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

std::vector<std::string> events(const std::string& tenant, std::size_t begin, std::size_t end) {
    std::vector<std::string> out;
    for (std::size_t n = begin; n < end; ++n)
        out.push_back(R"({"tenant":")" + tenant + R"(","n":)" + std::to_string(n) + R"(,"x":")" + std::string(n % 300, 'x') +
                      R"("})");
    return out;
}

Checkpoint checkpoint_at(std::uint64_t seq) {
    Checkpoint at;
    at.seq = seq;
    at.next = Cursor("/page/" + std::to_string(seq));
    return at;
}

/// A sink with two shards, as the daemon has it.
class Rig {
public:
    explicit Rig(const SinkUnderTest& type) : destination(type.make()), sink(destination->make_sink(deps())) {}
    ~Rig() { close(); }

    SinkDeps deps() { return {clock, store, no_names(), {first.executor(), second.executor()}, false}; }
    std::unique_ptr<SinkWriter> open(Shard& shard, const std::string& tenant) {
        auto opened = run_on(shard, sink->open(RouteId(tenant, "sink"), TenantProfile()));
        EXPECT_TRUE(opened.has_value());
        return std::move(*opened);
    }
    WriteOutcome write(Shard& shard, SinkWriter& writer, const Batch& batch, std::size_t begin = 0, std::uint64_t seq = 1) {
        return run_on(shard, writer.write(batch, begin, checkpoint_at(seq)));
    }
    /// As a start would find it.
    std::optional<Checkpoint> place_of(const std::string& tenant) {
        CheckpointStore* own = sink->checkpoints();
        auto found = run_on(first, (own ? *own : store).load(RouteId(tenant, "sink")));
        EXPECT_TRUE(found.has_value());
        return *found;
    }
    void close() {
        if (!sink) return;
        run_on(first, done_after(sink->close()));
        sink.reset();
    }

    /// The last of them may be the other end's: a receiver that is part of the test closes its own a moment later.
    bool are_so_many_open(std::ptrdiff_t wanted) {
        const std::stop_token never;
        for (int i = 0; i < 200 && open_descriptors() != wanted; ++i)
            run_on(first, done_after(clock.sleep_for(std::chrono::milliseconds(1), never)));
        return open_descriptors() == wanted;
    }

    SteadyClock clock;
    FakeStore store;
    std::unique_ptr<Destination> destination;
    Shard first{"first"};
    Shard second{"second"};
    std::unique_ptr<Sink> sink;

private:
    static asio::awaitable<bool> done_after(asio::awaitable<void> task) {
        co_await std::move(task);
        co_return true;
    }
};

asio::awaitable<std::size_t> write_pages(Sink& sink, std::string tenant, std::size_t pages, std::size_t page_size) {
    auto writer = co_await sink.open(RouteId(tenant, "sink"), TenantProfile());
    std::size_t durable = 0;
    for (std::size_t page = 0; page < pages; ++page) {
        const Batch batch = batch_of(events(tenant, page * page_size, (page + 1) * page_size));
        const WriteOutcome outcome = co_await (*writer)->write(batch, 0, checkpoint_at(page + 1));
        durable += outcome.durable;
    }
    co_return durable;
}

std::vector<std::string> of_tenant(const std::vector<std::string>& lines, const std::string& tenant) {
    std::vector<std::string> out;
    std::copy_if(lines.begin(), lines.end(), std::back_inserter(out),
                 [&tenant](const std::string& line) { return line.find('"' + tenant + '"') != std::string::npos; });
    return out;
}

TEST_P(SinkConformance, DurableMeansThatAReaderFindsIt) {
    Rig rig(GetParam());
    const auto writer = rig.open(rig.first, "acme");

    const WriteOutcome outcome = rig.write(rig.first, *writer, batch_of(events("acme", 0, 10)));

    EXPECT_EQ(outcome.durable, 10u);
    EXPECT_FALSE(outcome.error);
    EXPECT_THAT(rig.destination->lines(), ElementsAreArray(events("acme", 0, 10)));
}

TEST_P(SinkConformance, CheckpointedMeansSavedAndNothingElseDoes) {
    Rig rig(GetParam());
    const auto writer = rig.open(rig.first, "acme");

    const WriteOutcome outcome = rig.write(rig.first, *writer, batch_of(events("acme", 0, 10)), 0, 17);

    const auto saved = rig.place_of("acme");
    EXPECT_EQ(saved.has_value(), outcome.checkpointed);
    EXPECT_EQ(saved.value_or(checkpoint_at(17)), checkpoint_at(17));
}

TEST_P(SinkConformance, OrderIsKeptOverPages) {
    Rig rig(GetParam());

    run_on(rig.first, write_pages(*rig.sink, "acme", 30, 7));

    EXPECT_THAT(rig.destination->lines(), ElementsAreArray(events("acme", 0, 210)));
}

TEST_P(SinkConformance, ResumesAtFirst) {
    Rig rig(GetParam());
    const auto writer = rig.open(rig.first, "acme");

    const WriteOutcome outcome = rig.write(rig.first, *writer, batch_of(events("acme", 0, 10)), 6);

    EXPECT_EQ(outcome.durable, 4u);
    EXPECT_THAT(rig.destination->lines(), ElementsAreArray(events("acme", 6, 10)));
}

TEST_P(SinkConformance, NothingToWriteIsNothingWritten) {
    Rig rig(GetParam());
    const auto writer = rig.open(rig.first, "acme");

    const WriteOutcome outcome = rig.write(rig.first, *writer, batch_of(events("acme", 0, 3)), 3);

    EXPECT_EQ(outcome.durable, 0u);
    EXPECT_FALSE(outcome.error);
    EXPECT_THAT(rig.destination->lines(), IsEmpty());
}

TEST_P(SinkConformance, TwoShardsWriteWholeLinesInTheirOrder) {
    Rig rig(GetParam());

    auto acme = start_on(rig.first, write_pages(*rig.sink, "acme", 25, 20));
    auto globex = start_on(rig.second, write_pages(*rig.sink, "globex", 25, 20));

    EXPECT_EQ(acme.get() + globex.get(), 1'000u);
    const auto lines = rig.destination->lines();
    EXPECT_EQ(lines.size(), 1'000u);
    EXPECT_THAT(of_tenant(lines, "acme"), ElementsAreArray(events("acme", 0, 500)));
    EXPECT_THAT(of_tenant(lines, "globex"), ElementsAreArray(events("globex", 0, 500)));
}

TEST_P(SinkConformance, RouteGoesOnAfterItIsOpenedAgain) {
    Rig rig(GetParam());
    auto writer = rig.open(rig.first, "acme");
    rig.write(rig.first, *writer, batch_of(events("acme", 0, 5)));
    writer.reset();

    writer = rig.open(rig.second, "acme");
    rig.write(rig.second, *writer, batch_of(events("acme", 5, 8)), 0, 2);

    EXPECT_THAT(rig.destination->lines(), ElementsAreArray(events("acme", 0, 8)));
}

TEST_P(SinkConformance, CloseLeavesNothingBehind) {
    Rig rig(GetParam());
    rig.close();
    const auto before = open_descriptors();
    rig.sink = rig.destination->make_sink(rig.deps());
    run_on(rig.first, write_pages(*rig.sink, "acme", 3, 5));

    rig.close();

    EXPECT_TRUE(rig.are_so_many_open(before)) << open_descriptors() << " instead of " << before;
    EXPECT_THAT(run_on(rig.first, rig.store.load_files())->redo, IsEmpty());
}

/// Cancels in mid-write, again and again, a little later each time.
asio::awaitable<bool> write_and_cancel(Sink& sink, int steps_before) {
    auto executor = co_await asio::this_coro::executor;
    auto writer = co_await sink.open(RouteId("acme", "sink"), TenantProfile());
    const Batch batch = batch_of(events("acme", 0, 50));
    TaskGroup route(executor);
    const auto write = [](SinkWriter& to, Batch of) -> asio::awaitable<void> {
        static_cast<void>(co_await to.write(std::move(of), 0, checkpoint_at(1)));
    };
    route.spawn(write(**writer, batch));
    for (int i = 0; i < steps_before; ++i) co_await asio::post(executor, asio::use_awaitable);
    route.cancel();
    co_await route.join();
    co_return true;
}

TEST_P(SinkConformance, CancelledWriteLeavesNothingOpenAndNoTornLine) {
    for (int steps = 0; steps < 20; ++steps) {
        Rig rig(GetParam());
        rig.close();
        const auto before = open_descriptors();
        rig.sink = rig.destination->make_sink(rig.deps());

        run_on(rig.first, write_and_cancel(*rig.sink, steps));
        rig.close();

        EXPECT_TRUE(rig.are_so_many_open(before)) << open_descriptors() << " instead of " << before;
        const auto lines = rig.destination->lines();
        EXPECT_THAT(lines, testing::AnyOf(IsEmpty(), ElementsAreArray(events("acme", 0, 50))));
    }
}

}  // namespace
}  // namespace oktail
