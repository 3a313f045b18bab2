#pragma once

#include <oktail/auth/authorizer.hpp>
#include <oktail/http/http_client.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace oktail {

/// What an answer to a logs request means. In all cases but `page` the cursor stays where it is.
enum class LogsOutcome : std::uint8_t {
    page,              ///< its body should be an array of events
    rate_limited,      ///< 429: the window is used up (wait_after_429)
    too_many_at_once,  ///< 429 of the concurrency limit
    token_refused,     ///< 401, or a challenge of Bearer or DPoP: the Authorizer knows whether another try can help
    missing_scope,     ///< 403: an admin must grant it; the token at hand will never do
    missing_role,      ///< 403: an admin must assign it; the token at hand will do then
    forbidden,         ///< 403 for another reason
    bad_request,       ///< the cursor or the query; a fresh query tells which
    too_heavy,         ///< Okta gave up on so large a page; trouble that passes, or fewer events may do
    retry,             ///< trouble that passes
    protocol_trouble,  ///< no answer that Okta gives to this request: a proxy, a portal, a moved org
};

class LogsVerdict {
public:
    LogsVerdict() = default;
    LogsVerdict(LogsOutcome outcome, std::string what, std::string error_code, AuthChallenge challenge)
        : outcome(outcome), what(std::move(what)), error_code(std::move(error_code)), challenge(std::move(challenge)) {}

    LogsOutcome outcome = LogsOutcome::page;
    std::string what;         ///< for people, with a line of advice where a person can help; empty for a page
    std::string error_code;   ///< Okta's, "E0000047"; empty if the body is not Okta's
    AuthChallenge challenge;  ///< for Authorizer::refused()
};

/// By status first and errorCode second, never by errorSummary, which Okta may reword (Okta API, "Error codes"); E0000053 for
/// example is a bad filter with 400 and passing trouble with 500.
LogsVerdict logs_verdict(const ResponseHead& head, std::string_view body);

}  // namespace oktail
