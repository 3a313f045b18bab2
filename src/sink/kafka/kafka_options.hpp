#pragma once

#include "sink/options/delivery.hpp"
#include "sink/options/event_format.hpp"

#include <oktail/config/config.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oktail {

enum class KafkaKey : std::uint8_t { tenant, actor, uuid };
enum class KafkaProtocol : std::uint8_t { plaintext, ssl, sasl_plaintext, sasl_ssl };
enum class KafkaMechanism : std::uint8_t { none, plain, scram_sha_256, scram_sha_512, oauthbearer };

/// How the brokers are trusted, and how they are to trust us. Files are resolved; empty: none.
struct KafkaSecurity {
    KafkaProtocol protocol = KafkaProtocol::plaintext;
    KafkaMechanism mechanism = KafkaMechanism::none;
    std::string username;
    std::filesystem::path password_file;
    std::filesystem::path ca_file;  ///< empty: the system's
    std::filesystem::path cert_file;
    std::filesystem::path key_file;
    std::string token_url;
    std::string client_id;
    std::filesystem::path client_secret_file;
    std::string scope;
    bool operator==(const KafkaSecurity&) const = default;

    bool has_tls() const noexcept { return protocol == KafkaProtocol::ssl || protocol == KafkaProtocol::sasl_ssl; }
    bool has_sasl() const noexcept { return protocol == KafkaProtocol::sasl_plaintext || protocol == KafkaProtocol::sasl_ssl; }
};

/// The keys of a Kafka sink.
struct KafkaKeys {
    std::vector<std::string> brokers;
    std::string topic;  ///< with {tenant}
    std::string checkpoint_topic;
    KafkaKey key = KafkaKey::tenant;
    EventFormat format = EventFormat::raw;
    Delivery delivery = Delivery::exactly_once;
    std::string compression = "zstd";
    std::size_t max_message_size = 1'000'000;  ///< bytes of a record
    KafkaSecurity security;
    std::map<std::string, std::string> options;  ///< properties of librdkafka
    bool operator==(const KafkaKeys&) const = default;

    bool is_exact() const noexcept { return delivery == Delivery::exactly_once; }
    std::string topic_of(const std::string& tenant) const;
};

class KafkaOptions : public SinkOptions, public KafkaKeys {
public:
    bool is_same_as(const SinkOptions& other) const override {
        const auto* same = dynamic_cast<const KafkaKeys*>(&other);
        return same && *this == *same;
    }
    void check_files(Problems& problems) const override;

    ConfigPlace security_place;
};

/// A property of librdkafka that is oktail's business, or has a key of its own.
bool is_oktails_own(std::string_view property);

const KeyTable& kafka_keys();
/// Pure; adds every problem. nullptr if there were any. What librdkafka thinks of `options` is not asked.
std::shared_ptr<KafkaOptions> parse_kafka_options(const ConfigNode& sink, const Environment& environment, Problems& problems);

}  // namespace oktail
