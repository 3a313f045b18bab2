#include "conformance/sink_conformance.hpp"
#include "sink/kafka/kafka_sink.hpp"
#include "support/mock_kafka.hpp"

namespace oktail {
namespace {

/// The mock shows what was aborted, too; here nothing is.
class KafkaDestination : public Destination {
public:
    explicit KafkaDestination(Delivery delivery) {
        options_->brokers = {kafka_.address()};
        options_->topic = "events";
        options_->checkpoint_topic = "checkpoints";
        options_->delivery = delivery;
        // The mock has no controller to ask what a topic takes: how long that is waited for.
        options_->options = {{"socket.timeout.ms", "300"}, {"fetch.wait.max.ms", "10"}};
    }

    std::unique_ptr<Sink> make_sink(SinkDeps deps) override {
        return std::make_unique<KafkaSink>("sink", options_, std::move(deps));
    }

    std::vector<std::string> lines() override { return kafka_.values("events"); }

private:
    MockKafka kafka_{{"events", "checkpoints"}};
    std::shared_ptr<KafkaOptions> options_ = std::make_shared<KafkaOptions>();
};

SinkUnderTest kafka(const std::string& name, Delivery delivery) {
    return {name, [delivery] { return std::make_unique<KafkaDestination>(delivery); }};
}

INSTANTIATE_TEST_SUITE_P(Kafka, SinkConformance,
                         testing::Values(kafka("exactly_once", Delivery::exactly_once),
                                         kafka("at_least_once", Delivery::at_least_once)),
                         name_of_sink);

}  // namespace
}  // namespace oktail
