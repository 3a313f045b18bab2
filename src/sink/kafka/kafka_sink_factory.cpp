#include "sink/kafka/kafka_sink_factory.hpp"

#include "core/quote.hpp"
#include "sink/kafka/kafka_options.hpp"
#include "sink/kafka/kafka_probe.hpp"
#include "sink/kafka/kafka_settings.hpp"
#include "sink/kafka/kafka_sink.hpp"

namespace oktail {
namespace {

std::string_view without_line_end(std::string_view text) { return text.substr(0, text.find_last_not_of('\n') + 1); }

/// What librdkafka does not take of the user's own properties, it says one by one.
void check_properties(const ConfigNode& options, Problems& problems) {
    const KafkaKeys plain;
    for (const ConfigNode::Entry& entry : options.entries) {
        if (entry.value.kind != ConfigNode::Kind::scalar || is_oktails_own(entry.name)) continue;
        const auto conf = make_conf(plain, {{entry.name, entry.value.text}});
        if (!conf)
            problems.add(entry.place, printable(without_line_end(conf.error().what())),
                         "the names and values are librdkafka's");
    }
}

}  // namespace

const KeyTable& KafkaSinkFactory::keys() const { return kafka_keys(); }

std::shared_ptr<const SinkOptions> KafkaSinkFactory::parse(const ConfigNode& sink, const Environment& environment,
                                                           Problems& problems) const {
    Problems found;
    const auto options = parse_kafka_options(sink, environment, found);
    if (const ConfigNode* properties = sink.find("options")) check_properties(*properties, found);
    problems.add(found);
    return found.empty() ? options : nullptr;
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
