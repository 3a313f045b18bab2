#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace oktail {

/// What came of a request, as coarse as a graph wants it; the log has the rest.
enum class RequestOutcome : std::uint8_t {
    ok,
    rate_limited,  ///< 429
    unauthorized,  ///< 401, 403
    refused,       ///< any other 4xx
    server_error,  ///< 5xx
    unexpected,    ///< a status that Okta does not send
    failed,        ///< no whole answer
};

inline constexpr std::array request_outcomes{
    RequestOutcome::ok,           RequestOutcome::rate_limited, RequestOutcome::unauthorized, RequestOutcome::refused,
    RequestOutcome::server_error, RequestOutcome::unexpected,   RequestOutcome::failed};

/// What the token endpoint answered. Okta writes the first three into the org's own System Log.
enum class TokenRequestOutcome : std::uint8_t {
    granted,
    challenged,  ///< DPoP: with a proof, or with this nonce, please
    refused,
    failed,  ///< 429, 5xx, nonsense
};

inline constexpr std::array token_request_outcomes{TokenRequestOutcome::granted, TokenRequestOutcome::challenged,
                                                   TokenRequestOutcome::refused, TokenRequestOutcome::failed};

/// The enumerator's own name.
std::string_view to_string(RequestOutcome outcome) noexcept;
std::string_view to_string(TokenRequestOutcome outcome) noexcept;
RequestOutcome request_outcome(unsigned http_status) noexcept;

}  // namespace oktail
