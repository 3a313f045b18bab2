#pragma once

#include <oktail/core/clock.hpp>
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
    /// What the server wants of the next request (RFC 9449 §5, §8).
    enum class Demand : std::uint8_t {
        none,
        proof,  ///< a DPoP proof, or another one
        nonce,  ///< the proof with the nonce that came along
    };

    TokenAnswer() = default;
    explicit TokenAnswer(Kind kind, std::string what = {}, std::string advice = {})
        : kind(kind), what(std::move(what)), advice(std::move(advice)) {}

    Kind kind = Kind::retry;
    Demand demand = Demand::none;
    Secret token;
    bool is_bound = false;             ///< the token is of use only with proofs of our key
    std::chrono::seconds lifetime{0};  ///< of the token, within 5 seconds to 1 day
    std::chrono::seconds wait{0};
    SteadyTime asked{};           ///< when the request went out
    std::string what;             ///< what was answered, for people; the peer's words quoted
    std::string advice;           ///< of a refusal: what to look at
    bool another_may_do = false;  ///< of a refusal: it was about this credential
    bool is_unsent = false;       ///< of a refusal: nobody was asked
    bool is_proxys_fault = false;
};

/// Judges by the status first: one text means different things under different ones (Okta OAuth error codes; RFC 6749 §5).
/// Pure; any input is fine.
TokenAnswer parse_token_answer(const ResponseHead& head, std::string_view body);

}  // namespace oktail
