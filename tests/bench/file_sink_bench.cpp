#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "format/line_format.hpp"
#include "sink/file/file_sink.hpp"
#include "sink/file/posix_file_io.hpp"
#include "state/sqlite_store.hpp"
#include "support/batch_of.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"
#include "support/sample_page.hpp"
#include "support/temp_dir.hpp"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace oktail {
namespace {

constexpr std::size_t events_per_page = 1'000;
constexpr int pages = 100;

const Batch& page() {
    static const Batch made = [] {
        SampleEvents samples;
        std::vector<std::string> events;
        for (std::size_t i = 0; i < events_per_page; ++i) events.push_back(samples.event());
        return batch_of(events);
    }();
    return made;
}

/// A copy of the events and 1 MB writes of it: what no file sink can beat.
void floor_of_memory_and_page_cache(benchmark::State& state) {
    const TempDir folder;
    const int fd = ::open((folder / "floor").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (auto _ : state) {
        const Lines lines = LineFormat::raw().render(page(), 0);
        for (std::size_t at = 0; at < lines.size(); at += 1024 * 1024) {
            const std::string_view piece = lines.view().substr(at, 1024 * 1024);
            if (::write(fd, piece.data(), piece.size()) < 0) state.SkipWithError("cannot write");
        }
    }
    ::close(fd);
}

void render(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(LineFormat::raw().render(page(), 0).size());
}

void write_pages(benchmark::State& state, Delivery delivery, Fsync fsync) {
    const TempDir folder;
    auto store = SqliteStore::open(folder / "state");
    SteadyClock clock;
    Shard shard("bench");
    auto options = std::make_shared<FileOptions>();
    options->path = (folder / "%Y.ndjson").string();
    options->delivery = delivery;
    options->fsync = fsync;
    SinkDeps deps(clock, **store, no_names(), {shard.executor()}, false);
    FileSink sink("bench", options, std::move(deps), posix_file_io());
    auto writer = run_on(shard, sink.open(RouteId("acme", "bench"), TenantProfile()));
    Checkpoint at;
    for (auto _ : state) {
        ++at.seq;
        const WriteOutcome outcome = run_on(shard, (*writer)->write(page(), 0, at));
        if (outcome.error) state.SkipWithError(outcome.error->what().c_str());
    }
    asio::co_spawn(shard.executor(), sink.close(), asio::use_future).get();
}

void exactly_once(benchmark::State& state) { write_pages(state, Delivery::exactly_once, Fsync::every_second); }
void exactly_once_page(benchmark::State& state) { write_pages(state, Delivery::exactly_once, Fsync::page); }
void exactly_once_never(benchmark::State& state) { write_pages(state, Delivery::exactly_once, Fsync::never); }
void at_least_once(benchmark::State& state) { write_pages(state, Delivery::at_least_once, Fsync::every_second); }
void at_least_once_never(benchmark::State& state) { write_pages(state, Delivery::at_least_once, Fsync::never); }

void in_process_cpu(benchmark::internal::Benchmark* stage) {
    stage->Iterations(pages)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(floor_of_memory_and_page_cache)->Name("file_sink/plain")->Apply(in_process_cpu);
BENCHMARK(render)->Name("file_sink/render")->Apply(in_process_cpu);
BENCHMARK(at_least_once_never)->Name("file_sink/at_least_once_never")->Apply(in_process_cpu);
BENCHMARK(at_least_once)->Name("file_sink/at_least_once")->Apply(in_process_cpu);
BENCHMARK(exactly_once_never)->Name("file_sink/exactly_once_never")->Apply(in_process_cpu);
BENCHMARK(exactly_once)->Name("file_sink/exactly_once")->Apply(in_process_cpu);
BENCHMARK(exactly_once_page)->Name("file_sink/exactly_once_page")->Apply(in_process_cpu);

}  // namespace
}  // namespace oktail
