// Routes that catch up, through a Kafka sink in both of its modes, beside librdkafka alone that produces the same records
// (keys, headers, compression, idempotent, no copy) to the same broker. of_bare is the share of its events a second.
// OKTAIL_KAFKA_BROKERS names a real broker, with the topics bench.events, bench.bare and bench.places, each of one partition;
// without it librdkafka's mock cluster drains, which does not even look at the records, in this process.

#include "core/shard.hpp"
#include "core/steady_clock.hpp"
#include "sink/kafka/kafka_client.hpp"
#include "sink/kafka/kafka_record.hpp"
#include "sink/kafka/kafka_sink.hpp"
#include "state/sqlite_store.hpp"
#include "support/batch_of.hpp"
#include "support/mock_kafka.hpp"
#include "support/no_names.hpp"
#include "support/run_on.hpp"
#include "support/sample_page.hpp"
#include "support/temp_dir.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <future>
#include <vector>

namespace oktail {
namespace {

constexpr std::size_t events_per_page = 1'000;
constexpr std::size_t routes = 32;
constexpr std::size_t pages_per_route = 4;  // in one iteration
constexpr int iterations = 10;
constexpr std::size_t events_per_iteration = routes * pages_per_route * events_per_page;

const Batch& page() {
    static const Batch made = [] {
        SampleEvents samples;
        std::vector<std::string> events;
        for (std::size_t i = 0; i < events_per_page; ++i) events.push_back(samples.event());
        return batch_of(events);
    }();
    return made;
}

/// As a route has it that has run for a while.
Checkpoint checkpoint_at(std::uint64_t seq) {
    Checkpoint at;
    at.seq = seq;
    at.tail.resize(1'000);
    return at;
}

std::string tenant_name(std::size_t route) { return "tenant-" + std::to_string(route); }

const std::string& brokers() {
    static const char* given = std::getenv("OKTAIL_KAFKA_BROKERS");
    if (!given) {
        static const MockKafka mock({"bench.events", "bench.bare", "bench.places"});
        return mock.address();
    }
    static const std::string real(given);
    return real;
}

KafkaKeys keys_for(Delivery delivery) {
    KafkaKeys keys;
    keys.brokers = {brokers()};
    keys.topic = "bench.events";
    keys.checkpoint_topic = "bench.places";
    keys.delivery = delivery;
    return keys;
}

/// Events a second, from when it was made.
class Rate {
public:
    double now(benchmark::State& state) const {
        const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin_;
        return static_cast<double>(state.iterations()) * events_per_iteration / past.count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

double bare_rate = 0;

/// What does not change from page to page is made beforehand; headers are copied, for librdkafka keeps them.
class Bare {
public:
    explicit Bare(const RecordFormat& format) : key_(format.key(page().event(0))) {
        for (std::size_t i = 0; i < page().size(); ++i) headers_.push_back(format.headers(page().event(i)));
    }

    void produce(rd_kafka_t* producer, rd_kafka_topic_t* topic) const {
        for (std::size_t i = 0; i < page().size(); ++i) {
            const std::string_view value = page().event(i);
            rd_kafka_headers_t* headers = ::rd_kafka_headers_copy(headers_[i].get());
            while (true) {
                const auto code =
                    ::rd_kafka_producev(producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(0),
                                        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                                        RD_KAFKA_V_KEY(key_.data(), key_.size()), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
                if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) break;
                ::rd_kafka_poll(producer, 10);
            }
            if (i % 100 == 0) ::rd_kafka_poll(producer, 0);
        }
    }

private:
    std::string key_;
    std::vector<KafkaHandle<rd_kafka_headers_t>> headers_;
};

void bare(benchmark::State& state) {
    const KafkaKeys keys = keys_for(Delivery::at_least_once);
    auto client = KafkaClient::make(RD_KAFKA_PRODUCER, keys, producer_properties(keys, "", keys.max_message_size), "bench");
    rd_kafka_t* const producer = (*client)->get();
    rd_kafka_topic_t* const topic = (*client)->topic("bench.bare");
    std::vector<Bare> senders;
    for (std::size_t i = 0; i < routes; ++i)
        senders.emplace_back(RecordFormat(keys, RouteId(tenant_name(i), "bench"), TenantProfile("acme.okta.com")));
    senders.front().produce(producer, topic);  // connects
    ::rd_kafka_flush(producer, 60'000);
    const Rate rate;
    for (auto _ : state) {
        for (std::size_t i = 0; i < pages_per_route; ++i)
            for (const Bare& sender : senders) sender.produce(producer, topic);
        if (::rd_kafka_flush(producer, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) state.SkipWithError("cannot send");
    }
    bare_rate = rate.now(state);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_iteration));
}

/// A route has one page on its way.
asio::awaitable<bool> catch_up(SinkWriter& writer, std::uint64_t seq) {
    for (std::size_t i = 0; i < pages_per_route; ++i) {
        const WriteOutcome outcome = co_await writer.write(page(), 0, checkpoint_at(seq + i));
        if (outcome.durable != events_per_page) co_return false;
    }
    co_return true;
}

void write_pages(benchmark::State& state, Delivery delivery) {
    const TempDir folder;
    auto options = std::make_shared<KafkaOptions>();
    static_cast<KafkaKeys&>(*options) = keys_for(delivery);
    auto store = SqliteStore::open(folder / "state");
    SteadyClock clock;
    Shard shard("bench");
    KafkaSink sink("bench", options, SinkDeps(clock, **store, no_names(), {shard.executor()}, false));
    std::vector<std::unique_ptr<SinkWriter>> writers;
    std::uint64_t seq = 0;
    for (std::size_t i = 0; i < routes; ++i) {
        const RouteId route(tenant_name(i), "bench");
        auto writer = run_on(shard, sink.open(route, TenantProfile("acme.okta.com")));
        if (!writer) return state.SkipWithError(writer.error().what().c_str());
        writers.push_back(std::move(*writer));
        const auto place = run_on(shard, sink.checkpoints()->load(route));
        if (place && *place) seq = std::max(seq, (*place)->seq);
    }
    const auto round = [&] {
        std::vector<std::future<bool>> all;
        for (const auto& writer : writers) all.push_back(start_on(shard, catch_up(*writer, seq + 1)));
        seq += pages_per_route;
        bool is_fine = true;
        for (auto& each : all) is_fine = each.get() && is_fine;
        return is_fine;
    };
    round();
    const Rate rate;
    for (auto _ : state)
        if (!round()) state.SkipWithError("not all was taken");
    if (bare_rate > 0) state.counters["of_bare"] = rate.now(state) / bare_rate;
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_iteration));
    asio::co_spawn(shard.executor(), sink.close(), asio::use_future).get();
}

/// What it costs to make a page's records, on the one thread that all routes share.
void word(benchmark::State& state) {
    const RecordFormat format(keys_for(Delivery::exactly_once), RouteId("acme", "bench"), TenantProfile("acme.okta.com"));
    std::string scratch;
    for (auto _ : state)
        for (std::size_t i = 0; i < page().size(); ++i) {
            benchmark::DoNotOptimize(format.value(page().event(i), scratch).data());
            benchmark::DoNotOptimize(format.key(page().event(i)).data());
            benchmark::DoNotOptimize(format.headers(page().event(i)).get());
        }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events_per_page));
}

void over_the_wire(benchmark::internal::Benchmark* stage) {
    stage->Iterations(iterations)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(bare)->Name("kafka_sink/plain")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Delivery::at_least_once)->Name("kafka_sink/at_least_once")->Apply(over_the_wire);
BENCHMARK_CAPTURE(write_pages, , Delivery::exactly_once)->Name("kafka_sink/exactly_once")->Apply(over_the_wire);
BENCHMARK(word)->Name("kafka_record/page")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oktail
