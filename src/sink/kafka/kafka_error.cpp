#include "sink/kafka/kafka_error.hpp"

namespace oktail {
namespace {

std::string_view advice_for(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: return "create the topic (docs/kafka.md), or let oktail describe it";
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            return "let oktail's user write and describe the topic (docs/kafka.md)";
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            return "let oktail's user write and describe the transactional ids that begin with oktail- (docs/kafka.md)";
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: return "let oktail's user read the group (docs/kafka.md)";
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
            return "let oktail's user write idempotently to the cluster (docs/kafka.md)";
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM: return "look at `security`";
        case RD_KAFKA_RESP_ERR__SSL: return "look at `security`: protocol, ca_file, cert_file";
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR__RESOLVE:
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: return "look at `brokers`, and whether they can be reached from here";
        case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
            return "the broker allows less: lower transaction.timeout.ms in `options`";
        default: return {};
    }
}

}  // namespace

KafkaTrouble trouble_of(const rd_kafka_error_t* error) noexcept {
    if (!error) return KafkaTrouble::none;
    const auto code = ::rd_kafka_error_code(error);
    if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
        code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
        return KafkaTrouble::fenced;
    if (::rd_kafka_error_is_fatal(error) != 0) return KafkaTrouble::lost;
    if (::rd_kafka_error_txn_requires_abort(error) != 0) return KafkaTrouble::abort;
    if (::rd_kafka_error_is_retriable(error) != 0) return KafkaTrouble::again;
    return KafkaTrouble::lost;
}

Error kafka_error(rd_kafka_resp_err_t code, std::string_view about, std::string_view words) {
    std::string what(about);
    if (!what.empty()) what += ": ";
    what += words.empty() ? std::string_view(::rd_kafka_err2str(code)) : words;
    if (const auto advice = advice_for(code); !advice.empty()) what.append("; ").append(advice);
    return Error(ErrorKind::transient, std::move(what));
}

bool is_about_the_record(rd_kafka_resp_err_t code) noexcept {
    return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
           code == RD_KAFKA_RESP_ERR_INVALID_RECORD || code == RD_KAFKA_RESP_ERR_POLICY_VIOLATION ||
           code == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
}

}  // namespace oktail
