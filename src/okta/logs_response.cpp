#include "okta/logs_response.hpp"

#include "core/quote.hpp"
#include "okta/auth_challenge.hpp"
#include "okta/field_reader.hpp"
#include "okta/rate_limit.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/parse.hpp>

#include <optional>

namespace oktail {
namespace {

namespace json = boost::json;
using boost::algorithm::iequals;

constexpr std::size_t largest_error_body = 64 * 1024;

/// Okta's error object, of which only the code is sure to be there.
struct OktaError {
    std::string code;
    std::string summary;
    std::string id;
};

std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_error_code(std::string_view text) {
    return text.size() > 1 && text.size() <= 16 && text.front() == 'E' &&
           text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

OktaError okta_error(std::string_view body) {
    if (body.empty() || body.size() > largest_error_body) return {};
    json::error_code trouble;
    const json::value parsed = json::parse(body, trouble);
    if (trouble || !parsed.is_object()) return {};
    OktaError error;
    error.code = text_of(parsed.get_object(), "errorCode");
    if (!is_error_code(error.code)) return {};
    error.summary = text_of(parsed.get_object(), "errorSummary");
    error.id = text_of(parsed.get_object(), "errorId");
    return error;
}

bool is_json(const ResponseHead& head) {
    FieldReader type(head.find("content-type").value_or(""));
    return iequals(type.token(), "application") && type.take('/') && iequals(type.token(), "json");
}

/// Of a query that took longer than Okta's 30 s (contract §1.8.2): with 500 alone, E0000053 is a bad filter otherwise.
bool is_timeout(const OktaError& error) { return error.code == "E0000009" || error.code == "E0000053"; }

/// Under 400 Okta refuses proofs (RFC 9449 §7.1) and requests without one; `invalid_request` alone may mean the cursor, too.
bool is_about_token(const AuthChallenge& challenge) {
    const bool speaks_of_it = challenge.description.find("DPoP") != std::string::npos ||
                              challenge.description.find("access token") != std::string::npos;
    return challenge.error == "invalid_dpop_proof" || challenge.error == "use_dpop_nonce" ||
           challenge.error == "invalid_token" || (challenge.error == "invalid_request" && speaks_of_it);
}

/// Of anything but a page.
LogsOutcome outcome_of(const ResponseHead& head, const OktaError& error, const AuthChallenge& challenge) {
    const unsigned status = head.status();
    switch (status) {
        case 200: return LogsOutcome::protocol_trouble;  // it is not JSON, or we would not be here
        case 401: return LogsOutcome::token_refused;
        case 403:
            if (challenge.error == "insufficient_scope") return LogsOutcome::missing_scope;
            return error.code == "E0000006" ? LogsOutcome::missing_role : LogsOutcome::forbidden;
        case 429: return rate_limit(head).limit == 0U ? LogsOutcome::too_many_at_once : LogsOutcome::rate_limited;
        case 400: return is_about_token(challenge) ? LogsOutcome::token_refused : LogsOutcome::bad_request;
        case 404:
        case 410:
        case 414: return LogsOutcome::bad_request;
        case 500: return is_timeout(error) ? LogsOutcome::too_heavy : LogsOutcome::retry;
        case 408:
        case 425: return LogsOutcome::retry;
        default: return status >= 500 ? LogsOutcome::retry : LogsOutcome::protocol_trouble;
    }
}

std::string_view advice(LogsOutcome outcome, unsigned status) {
    switch (outcome) {
        case LogsOutcome::missing_scope: return "; grant the scope okta.logs.read to the app in the org's admin console";
        case LogsOutcome::missing_role:
            return "; the scope is granted, but the app has no admin role that may read the log: assign one (Read-Only "
                   "Administrator is enough)";
        case LogsOutcome::forbidden: return "; look at the app's state and at the org's network zones and IP restrictions";
        case LogsOutcome::too_many_at_once: return "; too many requests at once in this org";
        case LogsOutcome::protocol_trouble:
            if (status >= 300 && status < 400)
                return "; redirects are not followed: if the org has moved, change the tenant's domain";
            return "; that is no answer of the System Log API: look for a proxy or portal in between";
        default: return "";
    }
}

std::string described(const ResponseHead& head, const OktaError& error, const AuthChallenge& challenge) {
    std::string text = "Okta answered " + std::to_string(head.status());
    if (!error.code.empty()) text += ' ' + error.code;
    if (!error.summary.empty()) text += ' ' + quote_answer(error.summary);
    if (!challenge.error.empty()) text += ' ' + challenge.error;
    if (!challenge.description.empty()) text += ' ' + challenge.description;
    if (!error.id.empty()) text += ", error id " + quote_answer(error.id, 64);
    if (const auto request = head.find("x-okta-request-id")) text += ", request id " + quote_answer(*request, 64);
    if (head.status() == 200) text += " with content type " + quote_answer(head.find("content-type").value_or(""), 64);
    return text;
}

}  // namespace

LogsVerdict logs_verdict(const ResponseHead& head, std::string_view body) {
    if (head.status() == 200 && is_json(head)) return {};
    const OktaError error = okta_error(body);
    AuthChallenge challenge = auth_challenge(head);
    const LogsOutcome outcome = outcome_of(head, error, challenge);
    std::string what = described(head, error, challenge) + std::string(advice(outcome, head.status()));
    return {outcome, std::move(what), error.code, std::move(challenge)};
}

}  // namespace oktail
