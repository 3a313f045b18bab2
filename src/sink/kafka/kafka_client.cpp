#include "sink/kafka/kafka_client.hpp"

#include "core/log.hpp"
#include "core/quote.hpp"
#include "core/steady_clock.hpp"
#include "sink/kafka/kafka_error.hpp"
#include "sink/kafka/oauth_token.hpp"
#include "sink/kafka/unit.hpp"

#include <array>
#include <utility>

namespace oktail {

/// What librdkafka's threads say; it outlives the handle.
class KafkaClient::Words {
public:
    Words(std::string sink, KafkaSecurity security) : security(std::move(security)), scope_({}, std::move(sink)) {}

    const KafkaSecurity security;

    void said(rd_kafka_resp_err_t code, const char* text) {
        const std::lock_guard lock(mutex_);
        // That all brokers are down is said last, and says nothing.
        if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) last_ = {code, printable(text ? text : "")};
    }
    std::pair<rd_kafka_resp_err_t, std::string> last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }
    const log::Scope& scope() const noexcept { return scope_; }

private:
    log::Scope scope_;
    mutable std::mutex mutex_;
    std::pair<rd_kafka_resp_err_t, std::string> last_{RD_KAFKA_RESP_ERR_NO_ERROR, {}};
};

namespace {

void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    const auto* report = static_cast<const Unit::Report*>(message->_private);
    if (!report) return;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++report->unit->arrived;
    else report->unit->note_failure(report->event, message->err);
}

void renew_token(rd_kafka_t* handle, const KafkaSecurity& security) {
    const auto token = fetch_token(security);
    if (!token) {
        ::rd_kafka_oauthbearer_set_token_failure(handle, token.error().what().c_str());
        return;
    }
    const SteadyClock clock;
    const auto ends = clock.utc_now() + token->lifetime;
    const std::string text(token->token.reveal());  // librdkafka keeps a copy of its own
    std::array<char, 512> why{};
    const auto taken = ::rd_kafka_oauthbearer_set_token(handle, text.c_str(), ends.time_since_epoch().count(),
                                                        security.client_id.c_str(), nullptr, 0, why.data(), why.size());
    if (taken != RD_KAFKA_RESP_ERR_NO_ERROR) ::rd_kafka_oauthbearer_set_token_failure(handle, why.data());
}

}  // namespace

KafkaClient::KafkaClient(std::unique_ptr<Words> words) : words_(std::move(words)) {}

KafkaClient::~KafkaClient() {
    topics_.clear();
    // What is still queued goes: it was not promised to anybody, and nobody may point into pages afterwards.
    if (handle_) ::rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    if (handle_) ::rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

Result<std::unique_ptr<KafkaClient>> KafkaClient::make(rd_kafka_type_t type, const KafkaKeys& keys,
                                                       const KafkaProperties& properties, const std::string& sink) {
    auto conf = make_conf(keys, properties);
    if (!conf) return conf.error();
    std::unique_ptr<KafkaClient> client(new KafkaClient(std::make_unique<Words>(sink, keys.security)));
    ::rd_kafka_conf_set_opaque(conf->get(), client->words_.get());
    ::rd_kafka_conf_set_error_cb(conf->get(), [](rd_kafka_t*, int code, const char* text, void* words) {
        static_cast<Words*>(words)->said(static_cast<rd_kafka_resp_err_t>(code), text);
    });
    ::rd_kafka_conf_set_log_cb(conf->get(), [](const rd_kafka_t* handle, int level, const char* facility, const char* text) {
        auto* words = static_cast<Words*>(::rd_kafka_opaque(handle));
        if (level <= 4 && words) words->said(RD_KAFKA_RESP_ERR_NO_ERROR, text);
        if (words) log::debug(words->scope(), "librdkafka", {{"facility", facility}, {"text", quote(text)}});
    });
    const bool wants_tokens = keys.security.mechanism == KafkaMechanism::oauthbearer;
    if (wants_tokens) {
        ::rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf->get(), [](rd_kafka_t* handle, const char*, void* opaque) {
            auto* words = static_cast<Words*>(opaque);
            renew_token(handle, words->security);
        });
        ::rd_kafka_conf_enable_sasl_queue(conf->get(), 1);
    }
    if (type == RD_KAFKA_PRODUCER) ::rd_kafka_conf_set_dr_msg_cb(conf->get(), on_report);
    std::array<char, 512> why{};
    client->handle_ = ::rd_kafka_new(type, conf->get(), why.data(), why.size());
    if (!client->handle_) return Error(ErrorKind::transient, printable(why.data()));
    static_cast<void>(conf->release());  // the handle's by now
    // On a thread of librdkafka's own: ours may be in a call that waits for the token.
    if (wants_tokens) KafkaHandle<rd_kafka_error_t>(::rd_kafka_sasl_background_callbacks_enable(client->handle_));
    return client;
}

rd_kafka_topic_t* KafkaClient::topic(const std::string& name) {
    auto& topic = topics_[name];
    if (!topic) topic.reset(::rd_kafka_topic_new(handle_, name.c_str(), nullptr));
    return topic.get();
}

Error KafkaClient::error(rd_kafka_resp_err_t code, const std::string& about, const char* words) const {
    // Errors wait in a queue until somebody looks.
    ::rd_kafka_poll(handle_, 0);
    const auto [last_code, last] = words_->last();
    const bool says_nothing = code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                              code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (!says_nothing || last.empty()) return kafka_error(code, about, words ? printable(words) : std::string());
    const bool is_about_tls = last.find("SSL") != std::string::npos || last.find("certificate") != std::string::npos;
    if (words_->security.has_tls() && is_about_tls) return kafka_error(RD_KAFKA_RESP_ERR__SSL, about, last);
    return kafka_error(last_code == RD_KAFKA_RESP_ERR_NO_ERROR ? code : last_code, about, last);
}

}  // namespace oktail
