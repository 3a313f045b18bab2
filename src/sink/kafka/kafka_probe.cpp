#include "sink/kafka/kafka_probe.hpp"

#include "sink/kafka/kafka_client.hpp"
#include "sink/kafka/kafka_error.hpp"
#include "sink/kafka/producer.hpp"

#include <vector>

namespace oktail {
namespace {

constexpr int answer_ms = 10'000;
constexpr int scram_is_right_from = 0x02060100;

/// Of librdkafka: SCRAM of older ones is refused by Kafka 4 (librdkafka#4895).
std::string what_this_library_cannot(const KafkaSecurity& security) {
    const bool is_scram =
        security.mechanism == KafkaMechanism::scram_sha_256 || security.mechanism == KafkaMechanism::scram_sha_512;
    if (!is_scram || ::rd_kafka_version() >= scram_is_right_from) return {};
    return std::string("; look at username and password_file; if the brokers are Kafka 4, librdkafka ") +
           ::rd_kafka_version_str() +
           " cannot do SCRAM with them: use plain over TLS, a client certificate, or a build with librdkafka 2.6.1 or newer";
}

Result<void> look_for_topic(KafkaClient& client, const std::string& topic) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto code = ::rd_kafka_metadata(client.get(), 0, client.topic(topic), &found, answer_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(code, "topic " + topic);
    const KafkaHandle<const rd_kafka_metadata_t> metadata(found);
    const auto trouble = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (trouble != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(trouble, "topic " + topic);
    return Result<void>();
}

Result<int> brokers_of(KafkaClient& client) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto code = ::rd_kafka_metadata(client.get(), 0, nullptr, &found, answer_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.error(code, "brokers");
    const KafkaHandle<const rd_kafka_metadata_t> metadata(found);
    return metadata->broker_cnt;
}

UnitPtr one_record(const KafkaOptions& options) {
    const RouteId nobody("oktail-check", "online");
    EventSlice slice;
    slice.size = 2;
    std::vector<EventSlice> slices(1, slice);
    auto page = std::make_shared<Page>(Buffer::copy_of("{}"), std::move(slices), Cursor("/"), UtcTime());
    const bool is_for_all = options.topic.find('{') == std::string::npos;  // the topics of tenants have other names
    return std::make_shared<Unit>(nobody, std::make_shared<const RecordFormat>(options, nobody, TenantProfile()),
                                  is_for_all ? Batch(std::move(page)) : Batch(), 0, Checkpoint(), nullptr);
}

/// A transaction under an id of its own, so that a daemon that runs is not shut out. It is aborted: whoever reads what is
/// committed sees nothing of it.
Result<void> try_transactions(const KafkaOptions& options) {
    const std::string sink = "check";
    auto producer = Producer::make(options, sink, transactional_id("check", "online"), options.max_message_size);
    if (!producer) return producer.error();
    if (const Fate fate = (*producer)->begin_to_own(); fate.trouble != KafkaTrouble::none) return fate.why;
    const UnitPtr record = one_record(options);
    const Fate fate = (*producer)->try_out({record});
    if (record->failed_at) {
        const bool is_event = *record->failed_at < record->batch.size();
        return kafka_error(record->failure, "topic " + (is_event ? options.topic : options.checkpoint_topic));
    }
    if (fate.trouble != KafkaTrouble::none) return fate.why;
    return Result<void>();
}

}  // namespace

Result<std::string> probe_kafka(const KafkaOptions& options) {
    auto client =
        KafkaClient::make(RD_KAFKA_PRODUCER, options, producer_properties(options, {}, options.max_message_size), "check");
    if (!client) return client.error();
    const auto brokers = brokers_of(**client);
    if (!brokers) return Error(ErrorKind::transient, brokers.error().what() + what_this_library_cannot(options.security));
    std::vector<std::string> topics;
    if (options.topic.find('{') == std::string::npos) topics.push_back(options.topic);
    if (options.is_exact()) topics.push_back(options.checkpoint_topic);
    for (const std::string& topic : topics)
        if (const auto there = look_for_topic(**client, topic); !there) return there.error();
    if (options.is_exact())
        if (const auto fine = try_transactions(options); !fine) return fine.error();
    return std::to_string(*brokers) + (*brokers == 1 ? " broker answers" : " brokers answer") + ", topics are there" +
           (options.is_exact() ? ", transactions are allowed" : "");
}

}  // namespace oktail
