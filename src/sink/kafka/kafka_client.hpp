#pragma once

#include "sink/kafka/kafka_settings.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace oktail {

/// A handle of librdkafka, and the last thing that it complained about: a call that timed out does not say why.
class KafkaClient {
public:
    /// Errors: transient.
    static Result<std::unique_ptr<KafkaClient>> make(rd_kafka_type_t type, const KafkaKeys& keys,
                                                     const KafkaProperties& properties, const std::string& sink);
    KafkaClient(const KafkaClient&) = delete;
    KafkaClient& operator=(const KafkaClient&) = delete;
    ~KafkaClient();

    rd_kafka_t* get() const noexcept { return handle_; }
    /// Made once.
    rd_kafka_topic_t* topic(const std::string& name);
    /// With librdkafka's last complaint where the error itself says nothing. Transient.
    Error error(rd_kafka_resp_err_t code, const std::string& about, const char* words = nullptr) const;

private:
    class Words;

    explicit KafkaClient(std::unique_ptr<Words> words);

    std::unique_ptr<Words> words_;
    rd_kafka_t* handle_ = nullptr;
    std::map<std::string, KafkaHandle<rd_kafka_topic_t>> topics_;
};

}  // namespace oktail
