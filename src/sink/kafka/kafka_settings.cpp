#include "sink/kafka/kafka_settings.hpp"

#include "config/secret_file.hpp"

#include <algorithm>
#include <array>

namespace oktail {
namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
    return out;
}

const char* word(KafkaProtocol protocol) {
    switch (protocol) {
        case KafkaProtocol::plaintext: return "plaintext";
        case KafkaProtocol::ssl: return "ssl";
        case KafkaProtocol::sasl_plaintext: return "sasl_plaintext";
        case KafkaProtocol::sasl_ssl: return "sasl_ssl";
    }
    return "";
}

const char* word(KafkaMechanism mechanism) {
    switch (mechanism) {
        case KafkaMechanism::none: return "";
        case KafkaMechanism::plain: return "PLAIN";
        case KafkaMechanism::scram_sha_256: return "SCRAM-SHA-256";
        case KafkaMechanism::scram_sha_512: return "SCRAM-SHA-512";
        case KafkaMechanism::oauthbearer: return "OAUTHBEARER";
    }
    return "";
}

KafkaProperties common_properties(const KafkaKeys& keys) {
    const KafkaSecurity& security = keys.security;
    KafkaProperties out{{"bootstrap.servers", joined(keys.brokers)},    {"client.id", "oktail"},
                        {"security.protocol", word(security.protocol)}, {"socket.keepalive.enable", "true"},
                        {"reconnect.backoff.max.ms", "1000"},           {"log.connection.close", "false"}};
    if (!security.ca_file.empty()) out["ssl.ca.location"] = security.ca_file.string();
    if (security.has_tls()) out["ssl.endpoint.identification.algorithm"] = "https";
    if (!security.cert_file.empty() && security.has_tls()) out["ssl.certificate.location"] = security.cert_file.string();
    if (!security.key_file.empty() && security.has_tls()) out["ssl.key.location"] = security.key_file.string();
    if (security.has_sasl()) out["sasl.mechanism"] = word(security.mechanism);
    if (security.has_sasl() && !security.username.empty()) out["sasl.username"] = security.username;
    return out;
}

/// The user's own that a consumer has no use for.
bool is_of_producers(const std::string& property) {
    constexpr std::array names{"linger.ms",          "queue.buffering.max.ms",     "queue.buffering.max.messages",
                               "message.timeout.ms", "delivery.timeout.ms",        "transaction.timeout.ms",
                               "batch.num.messages", "queue.buffering.max.kbytes", "sticky.partitioning.linger.ms",
                               "compression.level",  "retry.backoff.ms",           "request.timeout.ms"};
    return std::ranges::find(names, property) != names.end();
}

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const char* value) {
    std::array<char, 512> why{};
    if (::rd_kafka_conf_set(conf, name.c_str(), value, why.data(), why.size()) == RD_KAFKA_CONF_OK) return Result<void>();
    return Error(ErrorKind::transient, why.data());
}

}  // namespace

KafkaProperties producer_properties(const KafkaKeys& keys, const std::string& transactional_id, std::size_t most) {
    KafkaProperties out = common_properties(keys);
    out["linger.ms"] = "5";
    // A large queue: one turn's records are all in it before anything is waited for.
    out["queue.buffering.max.messages"] = "1000000";
    out["queue.buffering.max.kbytes"] = "1048576";
    out["compression.codec"] = keys.compression;
    if (keys.compression == "zstd") out["compression.level"] = "1";
    out["partitioner"] = "murmur2_random";  // as Java's clients have it, so that others find the same partition
    out["message.max.bytes"] = std::to_string(most);
    out["batch.size"] = std::to_string(std::min<std::size_t>(most, 1'000'000));
    out["socket.nagle.disable"] = "true";
    out["message.timeout.ms"] = "30000";
    if (!transactional_id.empty()) out["transaction.timeout.ms"] = "30000";
    for (const auto& [name, value] : keys.options) out[name] = value;
    // A record must not wait longer than its transaction.
    const auto lasts = keys.options.find("transaction.timeout.ms");
    if (lasts != keys.options.end() && !keys.options.contains("message.timeout.ms")) out["message.timeout.ms"] = lasts->second;
    if (transactional_id.empty()) {
        out.erase("transaction.timeout.ms");
        out["enable.idempotence"] = "true";
    } else {
        out["transactional.id"] = transactional_id;
    }
    return out;
}

KafkaProperties consumer_properties(const KafkaKeys& keys, bool committed) {
    KafkaProperties out = common_properties(keys);
    for (const auto& [name, value] : keys.options)
        if (!is_of_producers(name)) out[name] = value;
    out["group.id"] = "oktail-reads-its-checkpoints";  // it assigns by itself and commits nothing
    out["enable.auto.commit"] = "false";
    out["enable.auto.offset.store"] = "false";
    out["auto.offset.reset"] = "earliest";
    out["enable.partition.eof"] = "true";
    out["isolation.level"] = committed ? "read_committed" : "read_uncommitted";
    return out;
}

Result<KafkaHandle<rd_kafka_conf_t>> make_conf(const KafkaKeys& keys, const KafkaProperties& properties) {
    KafkaHandle<rd_kafka_conf_t> conf(::rd_kafka_conf_new());
    for (const auto& [name, value] : properties)
        if (const auto taken = set(conf.get(), name, value.c_str()); !taken) return taken.error();
    if (!keys.security.has_sasl() || keys.security.password_file.empty()) return conf;
    const auto password = read_secret(keys.security.password_file);
    if (!password) return Error(ErrorKind::transient, password.error().what());
    // librdkafka keeps a copy that it does not wipe: it must be able to log in again at any time.
    const std::string text(password->reveal());
    if (const auto taken = set(conf.get(), "sasl.password", text.c_str()); !taken)
        return Error(ErrorKind::transient, "librdkafka does not take the password; look at password_file");
    return conf;
}

std::string transactional_id(const std::string& instance, const std::string& sink) { return "oktail-" + instance + '-' + sink; }

}  // namespace oktail
