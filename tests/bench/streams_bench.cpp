// Many files at once: small pages into 200 of them, and the start after a crash that left promises to 5,000.

#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "core/task_group.hpp"
#include "sink/file/file_sink.hpp"
#include "sink/file/posix_file_io.hpp"
#include "sink/file/recovery.hpp"
#include "state/sqlite_store.hpp"
#include "support/batch_of.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"
#include "support/sample_page.hpp"
#include "support/temp_dir.hpp"

#include <benchmark/benchmark.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace oktail {
namespace {

/// The state, two shards, and a sink that writes a file for each tenant.
class Streams {
public:
    explicit Streams(const TempDir& folder) : store_(SqliteStore::open(folder / "state")) {
        auto options = std::make_shared<FileOptions>();
        options->path = (folder / "out/{tenant}.ndjson").string();
        options->delivery = Delivery::exactly_once;
        options->fsync = Fsync::every_second;
        sink_ = std::make_unique<FileSink>("bench", options, deps(), posix_file_io());
    }

    SinkDeps deps() { return SinkDeps(clock_, **store_, no_names(), {first_.executor(), second_.executor()}, false); }
    /// Each of so many tenants writes so many pages, one after the other.
    void write(int tenants, int pages) {
        std::vector<std::future<void>> done;
        for (int i = 0; i < tenants; ++i)
            done.push_back(start_on(i % 2 == 0 ? first_ : second_, tenant("t" + std::to_string(i), pages)));
        for (auto& one : done) one.get();
    }
    void recover() {
        const auto recovered = run_on(first_, recover_files(deps(), posix_file_io()));
        if (!recovered) std::abort();
    }
    void close() { run_on(first_, sink_->close()); }

private:
    asio::awaitable<void> tenant(std::string name, int pages) {
        auto writer = co_await sink_->open(RouteId(name, "bench"), TenantProfile());
        SampleEvents samples(std::hash<std::string>()(name));
        const std::vector<std::string> event{samples.event()};
        const Batch page = batch_of(event);
        Checkpoint at;
        for (int i = 0; i < pages; ++i) {
            ++at.seq;
            const WriteOutcome outcome = co_await (*writer)->write(page, 0, at);
            if (outcome.error) std::abort();
        }
    }

    Result<std::unique_ptr<SqliteStore>> store_;
    SteadyClock clock_;
    Shard first_{"first"};
    Shard second_{"second"};
    std::unique_ptr<FileSink> sink_;
};

void small_pages_into_200_files(benchmark::State& state) {
    constexpr int tenants = 200;
    constexpr int pages = 200;
    for (auto _ : state) {
        state.PauseTiming();
        const TempDir folder;
        Streams streams(folder);
        state.ResumeTiming();
        streams.write(tenants, pages);
        state.PauseTiming();
        streams.close();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * tenants * pages);
}

void recovery_of_5000_files(benchmark::State& state) {
    for (auto _ : state) {
        state.PauseTiming();
        const TempDir folder;
        const pid_t killed = ::fork();  // before there are threads
        if (killed == 0) {
            Streams streams(folder);
            streams.write(5'000, 1);
            ::_exit(0);
        }
        ::waitpid(killed, nullptr, 0);
        Streams streams(folder);
        state.ResumeTiming();
        streams.recover();
        state.PauseTiming();
        streams.close();
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * 5'000);
}

BENCHMARK(small_pages_into_200_files)->Iterations(3)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(recovery_of_5000_files)->Iterations(3)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace oktail
