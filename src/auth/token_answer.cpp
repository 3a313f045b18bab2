#include "auth/token_answer.hpp"

#include "auth/client_credential.hpp"
#include "auth/secret_json.hpp"
#include "core/quote.hpp"
#include "core/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace oktail {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using Kind = TokenAnswer::Kind;
using Demand = TokenAnswer::Demand;

constexpr seconds usual_lifetime{3'600};
constexpr seconds least_lifetime{5};
constexpr seconds most_lifetime{24 * 3'600};
constexpr seconds longest_wait{120};
constexpr seconds believable_wait{600};

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A number, or a number as a string. Nonsense becomes the shortest or the usual, never an overflow.
seconds lifetime_of(const SecretJson& document) {
    const json::value* value = document.find("expires_in");
    double span = static_cast<double>(usual_lifetime.count());
    if (value && value->is_number()) span = value->to_number<double>();
    else if (const auto number = integer(document.text("expires_in"))) span = static_cast<double>(*number);
    const double low = static_cast<double>(least_lifetime.count());
    const double high = static_cast<double>(most_lifetime.count());
    return seconds(static_cast<std::int64_t>(std::clamp(span, low, high)));
}

bool contains_word(std::string_view words, std::string_view wanted) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == wanted) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

/// `lower` in any case (RFC 6749 §5.1).
bool is_type(std::string_view type, std::string_view lower) {
    return std::ranges::equal(type, lower, [](char a, char b) { return (a | 0x20) == b; });
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Why Okta says no, most telling words first; an empty column fits all (Okta, "OAuth 2.0 error codes").
struct Refusal {
    std::string_view error;
    std::string_view words;
    std::string_view advice;
};
constexpr std::array refusals{
    Refusal{"invalid_client", "client secret", "the client secret is wrong or was rotated"},
    Refusal{"invalid_client", "'client_id'", "the integration was revoked, or the client id belongs to another org"},
    Refusal{"invalid_client", "must use the private_key_jwt",
            "this app needs a key, not a secret, so set method to private_key"},
    Refusal{"invalid_client", "token_endpoint_auth_method", "the integration does not allow this way to authenticate"},
    Refusal{"invalid_client", "application_type", "the client is not of the type API Services"},
    Refusal{"invalid_client", "JWKSet", "no public key is registered at the app, so add the JWK that oktail keygen printed"},
    Refusal{"invalid_client", "kid", "the app has no active key of this id, so compare key_id with the app's public keys"},
    Refusal{"invalid_client", "signature", "the app's public key is not the one of this private key"},
    Refusal{"invalid_client", "algorithm", "the app's public key was registered for another algorithm"},
    Refusal{"invalid_client", "issued before", "set our clock, which is ahead of Okta's"},
    Refusal{"invalid_client", "is expired", "set our clock, which is behind Okta's"},
    Refusal{"invalid_client", "audience", "`domain` is not the name under which the org answered"},
    Refusal{"invalid_client", "issuer or subject", "the client id belongs to another app"},
    Refusal{"invalid_client", "", "the client id or its credential is wrong, or the integration was deactivated"},
    Refusal{"consent_required", "", "the scope okta.logs.read is not granted to the integration"},
    Refusal{"invalid_scope", "", "the org does not offer the scope okta.logs.read to this client"},
    Refusal{"unauthorized_client", "", "the integration is deactivated or may not use client credentials"},
    Refusal{"access_denied", "", "our egress IP address is outside the client's network zone"},
    Refusal{"invalid_dpop_proof", "", "the org demands DPoP of this client, so set dpop to auto"},
    Refusal{"use_dpop_nonce", "", "the org demands DPoP of this client, so set dpop to auto"},
};

std::string_view advice_for(unsigned status, std::string_view error, std::string_view description) {
    for (const Refusal& row : refusals)
        if (row.error == error && description.find(row.words) != std::string_view::npos) return row.advice;
    if (status / 100 == 3) return "redirects are never followed, so is `domain` the org's own?";
    if (status == 404) return "is `domain` an Okta org?";
    if (status == 403) return "a network zone or ThreatInsight may block our egress IP address";
    return "look at the integration in the Admin Console";
}

/// The few answers that sound final and are not.
bool passes(unsigned status, std::string_view error, std::string_view description) {
    if (status >= 500 || status == 408 || status == 425) return true;
    if (status == 400) return error == "temporarily_unavailable" || error == "server_error";
    return status == 401 && description.find("jwks_uri") != std::string_view::npos;
}

Demand demand_of(unsigned status, std::string_view error) {
    if (status != 400 && status != 401) return Demand::none;
    if (error == "use_dpop_nonce") return Demand::nonce;
    return error == "invalid_dpop_proof" ? Demand::proof : Demand::none;
}

/// Until the window ends by the server's own clock, and a second more. nullopt if the answer does not say anything believable.
std::optional<seconds> wait_of(const ResponseHead& head) {
    std::optional<seconds> wait;
    if (const auto retry = integer(head.find("retry-after").value_or(""))) wait = seconds(*retry);
    const auto date = parse_http_date(head.find("date").value_or(""));
    const auto reset = integer(head.find("x-rate-limit-reset").value_or(""));
    const bool concurrency = head.find("x-rate-limit-limit") == "0";  // its reset is a guess
    if (date && reset && !concurrency) {
        const auto now = std::chrono::floor<seconds>(date->time_since_epoch());
        if (*reset >= now.count() && *reset - now.count() <= believable_wait.count()) wait = seconds(*reset) - now + seconds(1);
    }
    if (!wait || *wait < seconds(0) || *wait > believable_wait) return std::nullopt;
    return std::clamp(*wait, seconds(1), longest_wait);
}

TokenAnswer granted(const SecretJson& document) {
    const std::string_view token = document.text("access_token");
    if (!is_token(token)) return TokenAnswer(Kind::retry, "the token endpoint answered 200 without a token");
    if (document.find("scope") && !contains_word(document.text("scope"), log_scope))
        return TokenAnswer(Kind::refused, "the token endpoint granted other scopes: " + quote_answer(document.text("scope")),
                           "the scope okta.logs.read is not granted to the integration");
    const std::string_view type = document.find("token_type") ? document.text("token_type") : "bearer";
    TokenAnswer answer(Kind::token);
    answer.is_bound = is_type(type, "dpop");
    if (!answer.is_bound && !is_type(type, "bearer"))
        return TokenAnswer(Kind::refused, "the token endpoint gave a token of the type " + quote_answer(type, 32),
                           "is `domain` an Okta org?");
    answer.token = Secret(token);
    answer.lifetime = lifetime_of(document);
    return answer;
}

/// RFC 6749 §5.2, or Okta's own JSON errors where the request did not get as far as OAuth.
std::string what_of(unsigned status, const SecretJson& document) {
    std::string what = "the token endpoint answered " + std::to_string(status);
    for (const std::string_view name : {"error", "error_description", "errorCode", "errorSummary"})
        if (const std::string_view text = document.text(name); !text.empty()) what.append(" ").append(quote_answer(text));
    return what;
}

}  // namespace

TokenAnswer parse_token_answer(const ResponseHead& head, std::string_view body) {
    const SecretJson document(body);
    const unsigned status = head.status();
    if (status == 200) return granted(document);

    std::string what = what_of(status, document);
    if (status == 429) {
        const auto wait = wait_of(head);
        TokenAnswer answer(wait ? Kind::wait : Kind::retry, std::move(what));
        answer.wait = wait.value_or(seconds(0));
        return answer;
    }
    const std::string_view error = document.text("error");
    const std::string_view description = document.text("error_description");
    if (status / 100 == 2 || passes(status, error, description)) return TokenAnswer(Kind::retry, std::move(what));
    const Demand demand = demand_of(status, error);
    TokenAnswer answer(demand == Demand::nonce ? Kind::retry : Kind::refused, std::move(what),
                       std::string(advice_for(status, error, description)));
    answer.demand = demand;
    answer.another_may_do = status == 401;
    return answer;
}

}  // namespace oktail
