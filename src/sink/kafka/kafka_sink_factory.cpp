#include "sink/kafka/kafka_sink_factory.hpp"

#include "core/quote.hpp"
#include "sink/kafka/kafka_options.hpp"
#include "sink/kafka/kafka_probe.hpp"
#include "sink/kafka/kafka_settings.hpp"
#include "sink/kafka/kafka_sink.hpp"

namespace oktail {
namespace {

/// What librdkafka does not take of the user's own properties, it says one by one.
void check_properties(const KafkaOptions& options, Problems& problems) {
    for (const auto& [name, value] : options.options) {
        KafkaKeys alone;
        const auto conf = make_conf(alone, {{name, value}});
        if (!conf) problems.add(options.options_place, printable(conf.error().what()), "the names are those of librdkafka");
    }
}

}  // namespace

const KeyTable& KafkaSinkFactory::keys() const { return kafka_keys(); }

std::shared_ptr<const SinkOptions> KafkaSinkFactory::parse(const ConfigNode& sink, const Environment& environment,
                                                           Problems& problems) const {
    auto options = parse_kafka_options(sink, environment, problems);
    if (!options) return nullptr;
    Problems found;
    check_properties(*options, found);
    problems.add(found);
    if (!found.empty()) return nullptr;
    return options;
}

Result<std::string> KafkaSinkFactory::probe(const SinkOptions& options) const {
    return probe_kafka(dynamic_cast<const KafkaOptions&>(options));
}

std::unique_ptr<Sink> KafkaSinkFactory::make(std::string name, std::shared_ptr<const SinkOptions> options,
                                             SinkDeps deps) const {
    return std::make_unique<KafkaSink>(std::move(name), std::static_pointer_cast<const KafkaOptions>(std::move(options)),
                                       std::move(deps));
}

}  // namespace oktail
