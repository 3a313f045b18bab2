#pragma once

#include "sink/kafka/kafka_options.hpp"

#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include <chrono>

namespace oktail {

/// What a broker is shown with OAUTHBEARER (RFC 7628).
class OauthToken {
public:
    Secret token;
    std::chrono::seconds lifetime{};
};

/// Asks `token_url` by client credentials (RFC 6749 §4.4). Blocks for some 20 s at most; any thread, and none of ours: it is
/// librdkafka's that waits. Errors: transient.
Result<OauthToken> fetch_token(const KafkaSecurity& security);

}  // namespace oktail
