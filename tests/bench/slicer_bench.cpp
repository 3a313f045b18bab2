#include "model/event_fields.hpp"
#include "okta/byte_slicer.hpp"
#include "okta/page_slicer.hpp"
#include "support/sample_page.hpp"

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t events_per_page = 1'000;

const std::string& page() {
    static const std::string made = oktail::SampleEvents().page(events_per_page);
    return made;
}

void count(benchmark::State& state) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * page().size()));
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * events_per_page));
}

/// Every byte is touched once: what no slicer can beat.
void floor_of_memory(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(std::memchr(page().data(), '\x01', page().size()));
    count(state);
}

void raw_json_alone(benchmark::State& state) {
    const oktail::Buffer body = oktail::Buffer::copy_of(page());
    ondemand::parser parser;
    for (auto _ : state) {
        ondemand::document document = parser.iterate(body.data(), body.size(), body.capacity() + oktail::Buffer::padding);
        for (auto element : document.get_array()) {
            ondemand::object object = element.get_object();
            benchmark::DoNotOptimize(object.raw_json().value().size());
        }
    }
    count(state);
}

void slice(benchmark::State& state) {
    oktail::Buffer body = oktail::Buffer::copy_of(page());
    oktail::PageSlicer slicer;
    for (auto _ : state) benchmark::DoNotOptimize(slicer.slice(body).value().size());
    count(state);
}

/// A page with one bad byte: cut by bytes, each event parsed.
void slice_with_a_bad_event(benchmark::State& state) {
    oktail::Buffer body = oktail::Buffer::copy_of(page());
    body.data()[body.view().find("fabrikam")] = '\xff';
    oktail::PageSlicer slicer;
    for (auto _ : state) benchmark::DoNotOptimize(slicer.slice(body).value().size());
    count(state);
}

void bytes_alone(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(oktail::slice_by_bytes(page(), oktail::most_events_taken).value().size());
    count(state);
}

void event_type(benchmark::State& state) {
    const auto events = oktail::slice_by_bytes(page(), oktail::most_events_taken).value();
    for (auto _ : state)
        for (const std::string_view event : events) benchmark::DoNotOptimize(oktail::event_type(event));
    count(state);
}

BENCHMARK(raw_json_alone)->Name("slicer/plain");
BENCHMARK(slice)->Name("slicer/slice");
BENCHMARK(floor_of_memory)->Name("slicer/memchr");
BENCHMARK(slice_with_a_bad_event)->Name("slicer/bad_event");
BENCHMARK(bytes_alone)->Name("slicer/by_bytes");
BENCHMARK(event_type)->Name("slicer/event_type");

}  // namespace
