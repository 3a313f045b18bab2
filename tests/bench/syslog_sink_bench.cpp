// Pages through a syslog sink into a receiver that only drains, beside the floor: the same frames, made beforehand, sent in
// pieces of 64 KiB. of_floor is the share of the floor's events a second.

#include "bench/syslog_drain.hpp"
#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "format/event_summary.hpp"
#include "sink/syslog/framing.hpp"
#include "sink/syslog/relp.hpp"
#include "sink/syslog/syslog_sink.hpp"
#include "state/sqlite_store.hpp"
#include "support/batch_of.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"
#include "support/sample_page.hpp"
#include "support/temp_dir.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <fstream>
#include <map>
#include <thread>

namespace oktail {
namespace {

using Kind = SyslogDrain::Kind;

constexpr std::size_t events_per_page = 1'000;
constexpr std::size_t piece = 64UL * 1024;
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

const RouteId route("acme", "siem");
const TenantProfile tenant("acme.okta.com");

SyslogMessages messages_for(const SyslogKeys& keys) {
    return SyslogMessages(keys, route, tenant, line_format(keys.format, route, tenant));
}

const TestAuthority& authority() {
    static const TestAuthority made;
    return made;
}
const TestIdentity& identity() {
    static const TestIdentity made = authority().issue("siem.test");
    return made;
}

SyslogKeys keys_for(Kind kind, EventFormat format) {
    SyslogKeys keys;
    keys.transport = kind == Kind::tcp   ? SyslogTransport::tcp
                     : kind == Kind::tls ? SyslogTransport::tls
                                         : SyslogTransport::relp;
    keys.format = format;
    return keys;
}

/// Events a second, from when it was made.
class Rate {
public:
    double now(benchmark::State& state) const {
        const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin_;
        return static_cast<double>(state.iterations()) * events_per_page / past.count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Of each kind and format.
std::map<std::pair<Kind, EventFormat>, double> floors;

std::string frames_of_page(const SyslogKeys& keys) {
    SyslogMessages messages = messages_for(keys);
    std::string frames;
    for (std::size_t i = 0; i < page().size(); ++i) {
        const auto message = messages.message(page().event(i), page().slice(i));
        if (keys.is_relp()) put_relp_frame(frames, static_cast<std::uint32_t>(i + 1), "syslog", *message);
        else put_frame(frames, keys.framing, *message);
    }
    return frames;
}

void plain(benchmark::State& state, Kind kind, EventFormat format) {
    const std::string frames = frames_of_page(keys_for(kind, format));
    const SyslogDrain drain(kind, identity());
    const auto wire = drain.dial();
    // RELP's answers must be read, or the receiver stops.
    std::thread answers([&] {
        std::string dropped(piece, '\0');
        while (kind == Kind::relp && wire->receive(dropped.data(), dropped.size()) != 0) continue;
    });
    const Rate rate;
    for (auto _ : state)
        for (std::size_t at = 0; at < frames.size(); at += piece)
            if (!wire->send(std::string_view(frames).substr(at, piece))) state.SkipWithError("cannot send");
    floors[{kind, format}] = rate.now(state);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_page));
    wire->end();
    answers.join();
}

void write_pages(benchmark::State& state, Kind kind, EventFormat format, std::size_t window) {
    const TempDir folder;
    const SyslogDrain drain(kind, identity());
    auto options = std::make_shared<SyslogOptions>();
    static_cast<SyslogKeys&>(*options) = keys_for(kind, format);
    options->addresses = {drain.address()};
    options->window = window;
    if (kind == Kind::tls) {
        std::ofstream(folder / "ca.pem") << authority().pem();
        options->tls.ca_file = folder / "ca.pem";
        options->tls.server_name = "siem.test";
    }
    SyslogDeadlines deadlines;
    deadlines.probation = std::chrono::milliseconds(0);
    auto store = SqliteStore::open(folder / "state");
    SteadyClock clock;
    Shard shard("bench");
    SyslogSink sink("bench", options, SinkDeps(clock, **store, no_names(), {shard.executor()}, false), deadlines);
    auto writer = run_on(shard, sink.open(route, tenant));
    run_on(shard, (*writer)->write(page(), 0, Checkpoint()));  // connects
    const Rate rate;
    for (auto _ : state) {
        const WriteOutcome outcome = run_on(shard, (*writer)->write(page(), 0, Checkpoint()));
        if (outcome.error) state.SkipWithError(outcome.error->what().c_str());
    }
    state.counters["of_floor"] = rate.now(state) / floors[{kind, format}];
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_page));
    run_on(shard, sink.close());
}

/// What wording a page costs at least: a copy of it.
void copy(benchmark::State& state) {
    std::string message;
    for (auto _ : state)
        for (std::size_t i = 0; i < page().size(); ++i) benchmark::DoNotOptimize((message = page().event(i)).data());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_page));
}

void word(benchmark::State& state, EventFormat format, SyslogFraming framing) {
    SyslogKeys keys;
    keys.format = format;
    keys.framing = framing;
    SyslogMessages messages = messages_for(keys);
    for (auto _ : state)
        for (std::size_t i = 0; i < page().size(); ++i)
            benchmark::DoNotOptimize(messages.message(page().event(i), page().slice(i)));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_page));
}

void summarise(benchmark::State& state) {
    for (auto _ : state)
        for (std::size_t i = 0; i < page().size(); ++i) benchmark::DoNotOptimize(summary_of(page().event(i)));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_page));
}

void over_the_wire(benchmark::internal::Benchmark* stage) {
    stage->Iterations(pages)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}
void in_memory(benchmark::internal::Benchmark* stage) { stage->Unit(benchmark::kMicrosecond); }

BENCHMARK_CAPTURE(plain, , Kind::tcp, EventFormat::raw)->Name("syslog_tcp/plain")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Kind::tcp, EventFormat::raw, 128)->Name("syslog_tcp/raw")->Apply(over_the_wire);
BENCHMARK_CAPTURE(plain, , Kind::tcp, EventFormat::cef)->Name("syslog_cef/plain")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Kind::tcp, EventFormat::cef, 128)->Name("syslog_cef/cef")->Apply(over_the_wire);
BENCHMARK_CAPTURE(plain, , Kind::tls, EventFormat::raw)->Name("syslog_tls/plain")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Kind::tls, EventFormat::raw, 128)->Name("syslog_tls/raw")->Apply(over_the_wire);
BENCHMARK_CAPTURE(plain, , Kind::relp, EventFormat::raw)->Name("syslog_relp/plain")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Kind::relp, EventFormat::raw, 128)->Name("syslog_relp/window_128")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Kind::relp, EventFormat::raw, 1'000)->Name("syslog_relp/window_1000")->Apply(over_the_wire);

BENCHMARK(copy)->Name("syslog_message/plain")->Apply(in_memory);
BENCHMARK(summarise)->Name("syslog_message/summary_of")->Apply(in_memory);
BENCHMARK_CAPTURE(word, , EventFormat::raw, SyslogFraming::octet_counting)->Name("syslog_message/raw")->Apply(in_memory);
BENCHMARK_CAPTURE(word, , EventFormat::raw, SyslogFraming::lf)->Name("syslog_message/raw_lf")->Apply(in_memory);
BENCHMARK_CAPTURE(word, , EventFormat::cef, SyslogFraming::octet_counting)->Name("syslog_message/cef")->Apply(in_memory);

}  // namespace
}  // namespace oktail
