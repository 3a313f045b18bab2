#include "auth/token_authorizer.hpp"

#include "core/time_text.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace oktail {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds margin{60};  // a token handed out lives that much longer, or a tenth of its life

constexpr seconds patience_with_revocation{2};

/// What Date, in whole seconds, and the way of an answer leave unknown.
constexpr seconds tolerated_error{3};

/// The file's own text says what to do.
TokenAnswer unusable(const Error& why) {
    TokenAnswer answer(TokenAnswer::Kind::refused, why.what());
    answer.is_unsent = true;
    return answer;
}

/// Behind the last "; " stands what to do, as in every text of an error that a person can mend.
std::string text_of(const TokenAnswer& answer) {
    return answer.advice.empty() ? answer.what : answer.what + "; " + answer.advice;
}

/// A token has three characters that mean something else in a form (RFC 6750 §2.1).
Secret form_encoded(const Secret& token) {
    std::string text;
    text.reserve(3 * token.reveal().size());
    for (const char c : token.reveal()) {
        if (c == '+') text += "%2B";
        else if (c == '/') text += "%2F";
        else if (c == '=') text += "%3D";
        else text += c;
    }
    Secret encoded(text);
    OPENSSL_cleanse(text.data(), text.size());
    return encoded;
}

TokenRequestOutcome outcome_of(const TokenAnswer& answer) {
    if (answer.kind == TokenAnswer::Kind::token) return TokenRequestOutcome::granted;
    if (answer.demand != TokenAnswer::Demand::none) return TokenRequestOutcome::challenged;
    return answer.kind == TokenAnswer::Kind::refused ? TokenRequestOutcome::refused : TokenRequestOutcome::failed;
}

/// RFC 9449 §7.1, §9.
bool is_about_proof(const AuthChallenge& challenge) {
    return challenge.error == "invalid_dpop_proof" || challenge.error == "use_dpop_nonce";
}

/// Of a request without one: Okta says it with 400 invalid_request (Okta OAuth error codes).
bool wants_proof(const AuthChallenge& challenge) {
    return is_about_proof(challenge) ||
           (challenge.error == "invalid_request" && challenge.description.find("DPoP") != std::string::npos);
}

std::uint64_t seed_of(const log::Scope& scope, std::string_view use) {
    return std::hash<std::string>()(scope.tenant + '\n' + std::string(use));
}

}  // namespace

TokenAuthorizer::TokenAuthorizer(log::Scope scope, TokenSettings settings, std::unique_ptr<CredentialSource> credentials,
                                 HttpClient& http, Clock& clock, Happenings& happenings, asio::any_io_executor shard)
    : scope_(std::move(scope)), settings_(std::move(settings)), credentials_(std::move(credentials)), http_(http),
      clock_(clock), happenings_(happenings), dpop_(settings_.dpop), retry_(seconds(1), minutes(1), seed_of(scope_, "retry")),
      probe_(minutes(10), minutes(60), seed_of(scope_, "probe")),  // with its jitter 5 minutes at first
      replacement_(minutes(2), minutes(60), seed_of(scope_, "replacement")), tasks_(std::move(shard)) {}

asio::awaitable<Result<AuthHeaders>> TokenAuthorizer::authorize(Method method, std::string url, std::stop_token stop) {
    for (;;) {
        if (stop.stop_requested() || stop_.stop_requested())
            co_return Error(ErrorKind::stopped, "stopped while waiting for a token");
        if (!is_parked() && is_renewal_due()) start_grant();
        if (is_usable()) co_return headers(method, url);
        if (is_parked()) co_return parked_->why;
        co_await changed_.wait(stop);
    }
}

AuthHeaders TokenAuthorizer::headers(Method method, std::string_view url) {
    const std::string_view token = token_->value.reveal();
    if (!token_->is_bound) return AuthHeaders(Secret::joined({"Bearer ", token}), Secret(), number_);
    return AuthHeaders(Secret::joined({"DPoP ", token}), dpop_.proof(DpopServer::resource, method, url, token, server_now()),
                       number_);
}

void TokenAuthorizer::start_grant() {
    if (std::exchange(granting_, true)) return;
    tasks_.spawn(grant());
}

asio::awaitable<void> TokenAuthorizer::grant() {
    const std::stop_token stop = stop_.get_token();
    Places refused;
    for (bool pending = true; pending && !stop.stop_requested();) {
        if (std::exchange(outdated_, false)) refused.clear();
        TokenAnswer answer = co_await ask(refused, stop);
        if (stop.stop_requested()) break;
        pending = outdated_;
        if (answer.kind == TokenAnswer::Kind::token) {
            keep(std::move(answer));
            if (is_usable()) continue;
            answer = TokenAnswer(TokenAnswer::Kind::retry, "the access token had ended when it came");
        }
        if (answer.kind == TokenAnswer::Kind::refused) {
            if (!outdated_) park(text_of(answer));
        } else {
            pending = true;
            const auto pause = pause_after(answer);
            const Reason reason = answer.is_proxys_fault ? Reason::proxy_unavailable : Reason::token_unavailable;
            happenings_.token_not_granted(scope_, reason, Error(ErrorKind::transient, answer.what), pause);
            co_await clock_.sleep_for(pause, stop);
        }
    }
    granting_ = false;
    changed_.notify();
}

void TokenAuthorizer::credentials_changed() {
    if (stop_.stop_requested()) return;
    outdated_ = true;
    parked_.reset();
    probe_.reset();
    start_grant();
}

/// The credential that worked last, and the others only if it is refused; none that was refused a moment ago.
asio::awaitable<TokenAnswer> TokenAuthorizer::ask(Places& refused, std::stop_token stop) {
    const auto credentials = co_await credentials_->read(stop);
    if (!credentials) co_return TokenAnswer(TokenAnswer::Kind::retry, credentials.error().what());
    TokenAnswer answer(TokenAnswer::Kind::refused, "no credential is left to try",
                       "look at the integration in the Admin Console");
    answer.is_unsent = true;
    const std::size_t first = working_;
    for (std::size_t i = 0; i < credentials->size(); ++i) {
        const std::size_t place = (first + i) % credentials->size();
        const auto& credential = (*credentials)[place];
        if (refused.contains(place)) continue;
        if (!credential) {
            if (answer.is_unsent) answer = unusable(credential.error());
            continue;
        }
        answer = co_await ask_with(**credential, stop);
        if (answer.kind == TokenAnswer::Kind::token) {
            working_ = place;
            working_name_ = (*credential)->name();
        }
        if (!answer.another_may_do) break;
        refused.insert(place);
        if (credentials->size() > 1) happenings_.credential_refused(scope_, (*credential)->name(), text_of(answer));
    }
    co_return answer;
}

asio::awaitable<TokenAnswer> TokenAuthorizer::ask_with(const ClientCredential& credential, std::stop_token stop) {
    for (SecondChances left;;) {
        const bool has_proof = dpop_.is_on();
        const UtcTime assumed = server_now();
        const SteadyTime then = clock_.now();
        TokenAnswer answer = co_await ask_once(credential, stop);
        const auto error = server_now() - (assumed + std::chrono::floor<milliseconds>(clock_.now() - then));
        const bool clock_was_wrong = credential.depends_on_time() && std::chrono::abs(error) > tolerated_error;
        if (!may_try_again(answer, has_proof, clock_was_wrong, left)) co_return answer;
    }
}

bool TokenAuthorizer::may_try_again(const TokenAnswer& answer, bool had_proof, bool clock_was_wrong, SecondChances& left) {
    using Demand = TokenAnswer::Demand;
    if (answer.demand != Demand::none && dpop_.mode() == DpopMode::never) return false;
    if (answer.demand == Demand::nonce) return dpop_.has_new_nonce(DpopServer::token_endpoint) && left.nonces-- > 0;
    if (answer.demand == Demand::proof && !had_proof) {
        dpop_.switch_on();
        return dpop_.is_on();
    }
    if (answer.demand == Demand::proof) {
        dpop_.doubt_nonce(DpopServer::token_endpoint);
        return std::exchange(left.proof, false);
    }
    return answer.another_may_do && clock_was_wrong && std::exchange(left.clock, false);
}

asio::awaitable<TokenAnswer> TokenAuthorizer::ask_once(const ClientCredential& credential, std::stop_token stop) {
    auto request = co_await credential.request(token_path, settings_.token_url(), token_form(), server_now(), stop);
    if (!request) co_return TokenAnswer(TokenAnswer::Kind::retry, request.error().what());
    if (dpop_.is_on())
        request->dpop = dpop_.proof(DpopServer::token_endpoint, Method::post, settings_.token_url(), {}, server_now());
    const bool had_proof = !request->dpop.empty();
    request->timeout = settings_.timeout;
    const SteadyTime asked = clock_.now();
    auto response = co_await http_.send(std::move(*request), std::move(stop));
    if (!response) {
        TokenAnswer none(TokenAnswer::Kind::retry, response.error().what());
        none.is_proxys_fault = response.error().code() == no_tunnel();
        co_return none;
    }
    learn_time(response->head);
    dpop_.observed(DpopServer::token_endpoint, response->head);
    TokenAnswer answer = parse_token_answer(response->head, response->body.view());
    OPENSSL_cleanse(response->body.data(), response->body.size());
    happenings_.token_requested(scope_, outcome_of(answer));
    answer.asked = asked;
    if (had_proof && answer.demand == TokenAnswer::Demand::proof)
        answer.advice = "our DPoP proofs are refused, perhaps by a proxy that changes requests, or for our clock";
    if (dpop_.mode() == DpopMode::never && answer.demand == TokenAnswer::Demand::nonce)
        answer.kind = TokenAnswer::Kind::refused;
    if (answer.kind != TokenAnswer::Kind::token) co_return answer;
    if (!answer.is_bound && dpop_.mode() == DpopMode::always)
        co_return TokenAnswer(TokenAnswer::Kind::refused, "Okta gave a token that is not bound to a key",
                              "demand DPoP of the app in the Admin Console, or set dpop to auto");
    if (answer.is_bound && !had_proof)
        co_return TokenAnswer(TokenAnswer::Kind::refused, "Okta gave a token that is bound to a key, and got none",
                              "set dpop to auto");
    co_return answer;
}

void TokenAuthorizer::keep(TokenAnswer answer) {
    const milliseconds lifetime = answer.lifetime;
    const SteadyTime asked = answer.asked;
    if (token_) replacement_.reset();  // the one before served to its end
    // Spread, or thousands of tenants beat together.
    token_.emplace(std::move(answer.token), answer.is_bound, asked + lifetime * 8 / 10 + retry_.jitter(lifetime / 10),
                   asked + lifetime - std::min<milliseconds>(margin, lifetime / 10));
    ++number_;
    parked_.reset();
    retry_.reset();
    happenings_.token_granted(scope_, working_, working_name_, token_->is_bound, answer.lifetime,
                              clock_.utc_now() + answer.lifetime);
}

void TokenAuthorizer::park(std::string what) {
    const auto pause = probe_.next();
    parked_.emplace(Error(ErrorKind::unauthorized, std::move(what)), clock_.now() + pause);
    happenings_.token_not_granted(scope_, Reason::credentials_refused, parked_->why, pause);
}

Backoff::Span TokenAuthorizer::pause_after(const TokenAnswer& answer) {
    const Backoff::Span step = retry_.next();
    if (answer.kind != TokenAnswer::Kind::wait) return step;
    const Backoff::Span told = answer.wait;
    return told + retry_.jitter(told / 10);
}

bool TokenAuthorizer::refused(std::uint64_t token, AuthChallenge challenge) {
    if (token != number_ || !token_) return !is_parked();  // an older one: a newer one is there, or on its way
    // Its nonce, its time (both learned by now), or somebody used it: another proof may do with the same token.
    const bool about_proof = token_->is_bound && is_about_proof(challenge);
    if (about_proof && challenge.error == "invalid_dpop_proof") dpop_.doubt_nonce(DpopServer::resource);
    if (about_proof && !std::exchange(proof_suspect_, true)) return true;
    const bool missing_scope = challenge.error == "insufficient_scope";
    if (challenge.status != 401 && challenge.status != 400 && !missing_scope) return false;
    // It worked a moment ago: one of several servers does not take it, and would not take another one.
    if (!missing_scope && !suspect_ && clock_.now() < replaceable_from_) return false;
    const bool lacks_proof = !token_->is_bound && wants_proof(challenge);
    if (lacks_proof) dpop_.switch_on();
    if (about_proof && !granting_) dpop_.forget_key();  // a token that is on its way is bound to it
    token_.reset();
    if (!missing_scope && !std::exchange(suspect_, true)) {  // expired or revoked: one new token, at once
        replaceable_from_ = clock_.now() + replacement_.next();
        return true;
    }
    const std::string said = challenge.description.empty() ? challenge.error : challenge.description;
    std::string_view advice = "a new one was refused as well, so look at the integration in the Admin Console";
    if (missing_scope) advice = "the scope okta.logs.read is not granted to the integration";
    else if (lacks_proof && !dpop_.is_on()) advice = "the org demands DPoP of this client, so set dpop to auto";
    park("Okta refuses the access token (" + std::to_string(challenge.status) + (said.empty() ? "" : " " + said) + "); " +
         std::string(advice));
    return false;
}

void TokenAuthorizer::observed(const ResponseHead& head) {
    learn_time(head);
    dpop_.observed(DpopServer::resource, head);
    if (head.status() / 100 != 2) return;
    suspect_ = false;
    proof_suspect_ = false;
    probe_.reset();
}

void TokenAuthorizer::learn_time(const ResponseHead& head) {
    const auto date = parse_http_date(head.find("date").value_or(""));
    if (!date) return;
    date_ = date;
    date_seen_ = head.came_at.value_or(clock_.now());
    // Date names whole seconds: on average half of one has passed.
    const auto since = std::chrono::floor<milliseconds>(clock_.now() - date_seen_);
    happenings_.clock_skew_seen(scope_, clock_.utc_now() - (*date + milliseconds(500) + since));
}

UtcTime TokenAuthorizer::server_now() const {
    if (!date_) return clock_.utc_now();
    return *date_ + std::chrono::floor<milliseconds>(clock_.now() - date_seen_);
}

asio::awaitable<void> TokenAuthorizer::join() {
    stop_.request_stop();
    co_await tasks_.join();
    if (!settings_.revoke_at_end || !is_usable()) co_return;
    std::stop_source late;
    std::stop_source done;
    tasks_.spawn(revoke(late.get_token(), done));
    tasks_.spawn(stop_after(patience_with_revocation, late, done.get_token()));
    co_await tasks_.join();
}

asio::awaitable<void> TokenAuthorizer::stop_after(milliseconds patience, std::stop_source late, std::stop_token done) {
    co_await clock_.sleep_for(patience, std::move(done));
    late.request_stop();
}

/// RFC 7009. Whatever becomes of it, the token ends by itself within the hour.
asio::awaitable<void> TokenAuthorizer::revoke(std::stop_token late, std::stop_source done) {
    const bool revoked = co_await try_to_revoke(std::move(late));
    happenings_.token_revoked(scope_, revoked);
    done.request_stop();
}

asio::awaitable<bool> TokenAuthorizer::try_to_revoke(std::stop_token late) {
    const auto credentials = co_await credentials_->read(late);
    if (!credentials || working_ >= credentials->size() || !(*credentials)[working_]) co_return false;
    auto form = Secret::joined({"token_type_hint=access_token&token=", form_encoded(token_->value).reveal()});
    const ClientCredential& credential = **(*credentials)[working_];
    auto request = co_await credential.request(revoke_path, settings_.org_url + std::string(revoke_path), std::move(form),
                                               server_now(), late);
    if (!request) co_return false;
    request->timeout = settings_.timeout;
    const auto answer = co_await http_.send(std::move(*request), late);
    co_return answer.has_value() && answer->head.status() == 200;
}

}  // namespace oktail
