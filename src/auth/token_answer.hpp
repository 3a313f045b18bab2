#pragma once

#include <oktail/core/secret.hpp>
#include <oktail/http/http_client.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace oktail {

/// What the token endpoint's answer means to us.
class TokenAnswer {
public:
    enum class Kind : std::uint8_t {
        token,    ///< here it is
        wait,     ///< rate limited, and told until when
        retry,    ///< trouble that passes
        refused,  ///< a person must act
    };

    TokenAnswer() = default;
    explicit TokenAnswer(Kind kind, std::string what = {}, std::string advice = {})
        : kind(kind), what(std::move(what)), advice(std::move(advice)) {}

    Kind kind = Kind::retry;
    Secret token;
    std::chrono::seconds lifetime{0};  ///< of the token, within 1 minute to 1 day
    std::chrono::seconds wait{0};
    std::string what;             ///< what was answered, for people; the peer's words quoted
    std::string advice;           ///< of a refusal: what to look at
    bool another_may_do = false;  ///< of a refusal: it was about this credential
    bool is_proxys_fault = false;
};

/// Judges by the status first: one text means different things under different ones (Okta OAuth error codes; RFC 6749 §5).
/// Pure; any input is fine.
TokenAnswer parse_token_answer(const ResponseHead& head, std::string_view body);

}  // namespace oktail
