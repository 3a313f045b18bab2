#include "sink/kafka/kafka_options.hpp"

#include "config/domain.hpp"
#include "config/key_check.hpp"
#include "config/named_files.hpp"
#include "config/secret_file.hpp"
#include "core/quote.hpp"

#include <algorithm>
#include <array>

namespace oktail {
namespace {

constexpr std::string_view tenant_placeholder = "{tenant}";
constexpr std::size_t longest_topic = 249;
constexpr std::size_t longest_name = 63;  // of a tenant

const KeyTable& security_keys() {
    static const KeyTable keys{
        {.name = "protocol",
         .type = KeyType::choice,
         .fallback = "plaintext",
         .constraint = "plaintext | ssl | sasl_plaintext | sasl_ssl",
         .description = "What is spoken with the brokers. Without ssl, whoever is on the way reads events and passwords."},
        {.name = "mechanism",
         .type = KeyType::choice,
         .fallback = "none",
         .constraint = "none | plain | scram-sha-256 | scram-sha-512 | oauthbearer",
         .description = "Of the sasl protocols: how oktail proves who it is."},
        {.name = "username", .example = "oktail", .description = "Of plain and scram."},
        {.name = "password_file",
         .example = "kafka.password",
         .description =
             "Of plain and scram: a file with the password, looked up as client_secret_files are, and read for each new "
             "connection to the cluster."},
        {.name = "ca_file",
         .type = KeyType::path,
         .example = "kafka-ca.pem",
         .description = "Certificates (PEM) to trust instead of the system's."},
        {.name = "cert_file",
         .type = KeyType::path,
         .example = "client.pem",
         .description = "Our certificate (PEM), for brokers that want one."},
        {.name = "key_file", .example = "client.key", .description = "The private key of cert_file (PEM, not encrypted)."},
        {.name = "token_url",
         .example = "https://idp.corp/token",
         .description = "Of oauthbearer: where tokens come from, by client credentials (RFC 6749 section 4.4). ca_file counts "
                        "there, too."},
        {.name = "client_id", .example = "oktail", .description = "Of oauthbearer."},
        {.name = "client_secret_file",
         .example = "idp.secret",
         .description = "Of oauthbearer: a file with the secret of the client."},
        {.name = "scope", .example = "kafka", .description = "Of oauthbearer: the scope to ask for."},
    };
    return keys;
}

bool is_topic_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/// What Kafka takes for a topic's name, with the longest tenant's put in.
bool is_topic(std::string_view text, bool with_tenant) {
    std::string name(text);
    const auto at = name.find(tenant_placeholder);
    if (at != std::string::npos && with_tenant) name.replace(at, tenant_placeholder.size(), std::string(longest_name, 't'));
    return !name.empty() && name.size() <= longest_topic && name != "." && name != ".." &&
           std::ranges::all_of(name, is_topic_character);
}

std::map<std::string, std::string> read_options(const ConfigNode* node, Problems& problems) {
    std::map<std::string, std::string> options;
    if (!node) return options;
    for (const auto& entry : node->entries) {
        if (entry.value.kind != ConfigNode::Kind::scalar)
            problems.add(entry.value.place, "must be one value", "write it on this line, in quotes");
        else if (is_oktails_own(entry.name))
            problems.add(entry.place, quote(entry.name, 64) + " is set by oktail itself",
                         "remove it; the sink's own keys say what can be chosen");
        else options.emplace(entry.name, entry.value.text);
    }
    return options;
}

std::filesystem::path secret_at(const Section& section, std::string_view key, const Environment& environment) {
    const ConfigNode* node = section.given(key);
    if (!node || node->text.empty()) return {};
    return find_secret(node->text, node->place, environment);
}

KafkaSecurity read_security(const Section& section, const Environment& environment) {
    KafkaSecurity security;
    security.protocol = section.choice<KafkaProtocol>("protocol", {{"plaintext", KafkaProtocol::plaintext},
                                                                   {"ssl", KafkaProtocol::ssl},
                                                                   {"sasl_plaintext", KafkaProtocol::sasl_plaintext},
                                                                   {"sasl_ssl", KafkaProtocol::sasl_ssl}});
    security.mechanism = section.choice<KafkaMechanism>("mechanism", {{"none", KafkaMechanism::none},
                                                                      {"plain", KafkaMechanism::plain},
                                                                      {"scram-sha-256", KafkaMechanism::scram_sha_256},
                                                                      {"scram-sha-512", KafkaMechanism::scram_sha_512},
                                                                      {"oauthbearer", KafkaMechanism::oauthbearer}});
    security.username = section.text("username");
    security.password_file = secret_at(section, "password_file", environment);
    security.ca_file = section.path("ca_file");
    security.cert_file = section.path("cert_file");
    security.key_file = secret_at(section, "key_file", environment);
    security.token_url = section.text("token_url");
    security.client_id = section.text("client_id");
    security.client_secret_file = secret_at(section, "client_secret_file", environment);
    security.scope = section.text("scope");
    return security;
}

void check_brokers(const ConfigNode& brokers, Problems& problems) {
    for (const ConfigNode& broker : brokers.items)
        if (!broker.text.empty() && !is_host_and_port(broker.text))
            problems.add(broker.place, quote(broker.text, 128) + " is no address",
                         "write a host and a port, such as k1.corp:9092");
}

void check_topic(const ConfigNode& topic, bool with_tenant, Problems& problems) {
    if (!topic.text.empty() && !is_topic(topic.text, with_tenant))
        problems.add(topic.place, quote(topic.text, 128) + " is no name of a topic",
                     "write letters, digits, . _ and -, at most 249 with the tenant's name");
}

void check_security(const KafkaSecurity& security, const ConfigPlace& place, Problems& problems) {
    using enum KafkaMechanism;
    const auto want = [&](bool fine, std::string_view what, std::string_view advice) {
        if (!fine) problems.add(place, what, advice);
    };
    const bool by_password =
        security.mechanism == plain || security.mechanism == scram_sha_256 || security.mechanism == scram_sha_512;
    const bool by_token = security.mechanism == oauthbearer;
    want(security.has_sasl() == (security.mechanism != none), "protocol and mechanism do not go together",
         "sasl_ssl and sasl_plaintext have a mechanism, plaintext and ssl have none");
    want(!by_password || (!security.username.empty() && !security.password_file.empty()),
         "this mechanism needs a user and a password", "give username and password_file");
    want(!by_token || (!security.token_url.empty() && !security.client_id.empty() && !security.client_secret_file.empty()),
         "oauthbearer needs to know where tokens come from", "give token_url, client_id and client_secret_file");
    want(!by_token || security.token_url.starts_with("https://"), "tokens come over https only", "write https://HOST/PATH");
    want(security.cert_file.empty() == security.key_file.empty(), "cert_file and key_file belong together",
         "give both, or neither");
}

}  // namespace

bool is_oktails_own(std::string_view property) {
    constexpr std::array ours{"transactional.id",
                              "enable.idempotence",
                              "enable.gapless.guarantee",
                              "isolation.level",
                              "acks",
                              "request.required.acks",
                              "bootstrap.servers",
                              "metadata.broker.list",
                              "max.in.flight",
                              "max.in.flight.requests.per.connection",
                              "retries",
                              "message.send.max.retries",
                              "message.max.bytes",
                              "batch.size",
                              "partitioner",
                              "compression.codec",
                              "compression.type",
                              "security.protocol",
                              "ssl.ca.location",
                              "ssl.certificate.location",
                              "ssl.key.location",
                              "ssl.endpoint.identification.algorithm",
                              "enable.ssl.certificate.verification",
                              "group.id",
                              "auto.offset.reset",
                              "enable.partition.eof",
                              "queuing.strategy",
                              "delivery.report.only.error",
                              "opaque",
                              "client.id"};
    const bool is_family =
        property.starts_with("sasl.") || property.starts_with("enable.auto.") || property.starts_with("enable.sasl.") ||
        property.ends_with("_cb") || property.ends_with(".password") || property.ends_with(".pem") ||
        property.ends_with("_interceptors") || property.starts_with("test.mock.") || property == "plugin.library.paths";
    return is_family || std::ranges::find(ours, property) != ours.end();
}

const KeyTable& kafka_keys() {
    static const KeyTable keys{
        {.name = "brokers",
         .type = KeyType::list,
         .required = true,
         .constraint = "1..64",
         .example = "[\"k1.corp:9093\", \"k2.corp:9093\"]",
         .description = "Brokers to begin with, as HOST:PORT; they name the others."},
        {.name = "topic",
         .required = true,
         .example = "okta.system-log",
         .description = "Where events go; {tenant} is the tenant's name. It must be there: oktail makes no topics."},
        {.name = "checkpoint_topic",
         .fallback = "oktail.checkpoints",
         .description =
             "Where the places of routes are kept, in the transaction of their events: compacted, and only for oktail "
             "(docs/kafka.md)."},
        {.name = "key",
         .type = KeyType::choice,
         .fallback = "tenant",
         .constraint = "tenant | actor | uuid",
         .description = "The key of a record. Only `tenant` keeps the order of a tenant's events, in one partition."},
        event_format_key(),
        {.name = "delivery",
         .type = KeyType::choice,
         .fallback = "exactly_once",
         .constraint = "exactly_once | at_least_once",
         .description =
             "exactly_once: events and the route's place are one transaction; readers must read committed. at_least_once: a "
             "crash may repeat a page."},
        {.name = "compression",
         .type = KeyType::choice,
         .fallback = "zstd",
         .constraint = "none | gzip | snappy | lz4 | zstd",
         .description = "Of batches of records."},
        {.name = "max_message_size",
         .type = KeyType::size,
         .fallback = "1000000",
         .constraint = "64KiB..1GiB",
         .description =
             "A record larger than this goes to the dead letters before it is sent. Not more than max.message.bytes of the "
             "topics; what they say counts if it is less."},
        {.name = "security", .type = KeyType::map, .description = "TLS and SASL.", .keys = &security_keys()},
        {.name = "options",
         .type = KeyType::texts,
         .example = "{linger.ms: \"20\"}",
         .description = "Other properties of librdkafka. What exactly-once hangs on, and what has a key here, is refused."},
    };
    return keys;
}

std::string KafkaKeys::topic_of(const std::string& tenant) const {
    std::string name = topic;
    const auto at = name.find(tenant_placeholder);
    if (at != std::string::npos) name.replace(at, tenant_placeholder.size(), tenant);
    return name;
}

std::shared_ptr<KafkaOptions> parse_kafka_options(const ConfigNode& sink, const Environment& environment, Problems& problems) {
    const bool good = check_keys(sink, kafka_keys(), problems);
    const Section section(&sink, kafka_keys());
    auto options = std::make_shared<KafkaOptions>();
    options->brokers = section.list("brokers");
    options->topic = section.text("topic");
    options->checkpoint_topic = section.text("checkpoint_topic");
    options->key =
        section.choice<KafkaKey>("key", {{"tenant", KafkaKey::tenant}, {"actor", KafkaKey::actor}, {"uuid", KafkaKey::uuid}});
    options->format = read_event_format(section);
    options->delivery = section.choice<Delivery>(
        "delivery", {{"exactly_once", Delivery::exactly_once}, {"at_least_once", Delivery::at_least_once}});
    options->compression = section.text("compression");
    options->max_message_size = section.size("max_message_size");
    options->security = read_security(section.section("security"), environment);
    options->security_place = section.section("security").place();

    Problems found;
    options->options = read_options(section.given("options"), found);
    if (const ConfigNode* brokers = section.given("brokers")) check_brokers(*brokers, found);
    if (const ConfigNode* topic = section.given("topic")) check_topic(*topic, true, found);
    if (const ConfigNode* topic = section.given("checkpoint_topic")) check_topic(*topic, false, found);
    if (!options->topic.empty() && options->topic == options->checkpoint_topic)
        found.add(section.given("topic")->place, "events and checkpoints cannot share a topic", "give each its own");
    check_security(options->security, options->security_place, found);
    problems.add(found);
    return good && found.empty() ? options : nullptr;
}

void KafkaOptions::check_files(Problems& problems) const {
    check_certificate(security.ca_file, "ca_file", security_place, problems);
    check_certificate(security.cert_file, "cert_file", security_place, problems);
    for (const auto& file : {security.password_file, security.key_file, security.client_secret_file}) {
        if (file.empty()) continue;
        const auto secret = read_secret(file);
        if (!secret) add_trouble(secret.error(), security_place, problems);
    }
}

}  // namespace oktail
