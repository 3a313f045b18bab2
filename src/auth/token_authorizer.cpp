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

std::uint64_t seed_of(const log::Scope& scope, std::string_view use) {
    return std::hash<std::string>()(scope.tenant + '\n' + std::string(use));
}

}  // namespace

TokenAuthorizer::TokenAuthorizer(log::Scope scope, std::unique_ptr<CredentialSource> credentials, HttpClient& http,
                                 Clock& clock, Happenings& happenings, asio::any_io_executor shard, milliseconds timeout)
    : scope_(std::move(scope)), credentials_(std::move(credentials)), timeout_(timeout), http_(http), clock_(clock),
      happenings_(happenings), retry_(seconds(1), minutes(1), seed_of(scope_, "retry")),
      probe_(minutes(10), minutes(60), seed_of(scope_, "probe")),  // with its jitter 5 minutes at first
      tasks_(std::move(shard)) {}

asio::awaitable<Result<AuthHeaders>> TokenAuthorizer::authorize(Method, std::string, std::stop_token stop) {
    for (;;) {
        if (stop.stop_requested() || stop_.stop_requested())
            co_return Error(ErrorKind::stopped, "stopped while waiting for a token");
        if (!is_parked() && is_renewal_due()) start_grant();
        if (is_usable()) co_return AuthHeaders(Secret::joined({"Bearer ", token_->value.reveal()}), Secret(), number_);
        if (is_parked()) co_return parked_->why;
        co_await changed_.wait(stop);
    }
}

void TokenAuthorizer::start_grant() {
    if (std::exchange(granting_, true)) return;
    tasks_.spawn(grant());
}

asio::awaitable<void> TokenAuthorizer::grant() {
    const std::stop_token stop = stop_.get_token();
    for (bool pending = true; pending && !stop.stop_requested();) {
        outdated_ = false;
        const SteadyTime asked = clock_.now();
        TokenAnswer answer = co_await ask(stop);
        if (stop.stop_requested()) break;
        pending = outdated_;
        if (answer.kind == TokenAnswer::Kind::token) {
            keep(std::move(answer), asked);
        } else if (answer.kind == TokenAnswer::Kind::refused) {
            if (!outdated_) park(answer.what + ": " + answer.advice);
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

/// The credential that worked last, and the others only if it is refused.
asio::awaitable<TokenAnswer> TokenAuthorizer::ask(std::stop_token stop) {
    auto credentials = co_await credentials_->read(stop);
    if (!credentials) {
        const bool passes = credentials.error().kind() != ErrorKind::unauthorized;
        co_return TokenAnswer(passes ? TokenAnswer::Kind::retry : TokenAnswer::Kind::refused, credentials.error().what(),
                              "nothing was sent");
    }
    TokenAnswer answer(TokenAnswer::Kind::refused, "no credential", "nothing was sent");
    const std::size_t first = working_;
    for (std::size_t i = 0; i < credentials->size(); ++i) {
        const std::size_t place = (first + i) % credentials->size();
        const ClientCredential& credential = *(*credentials)[place];
        answer = co_await ask_with(credential, stop);
        if (answer.kind == TokenAnswer::Kind::token) {
            working_ = place;
            working_name_ = credential.name();
        }
        if (!answer.another_may_do) break;
    }
    co_return answer;
}

asio::awaitable<TokenAnswer> TokenAuthorizer::ask_with(const ClientCredential& credential, std::stop_token stop) {
    auto request = credential.token_request(server_now());
    if (!request) co_return TokenAnswer(TokenAnswer::Kind::refused, request.error().what(), "nothing was sent");
    request->timeout = timeout_;
    auto response = co_await http_.send(std::move(*request), std::move(stop));
    if (!response) {
        TokenAnswer none(TokenAnswer::Kind::retry, response.error().what());
        none.is_proxys_fault = response.error().code() == no_tunnel();
        co_return none;
    }
    learn_time(response->head);
    TokenAnswer answer = parse_token_answer(response->head, response->body.view());
    OPENSSL_cleanse(response->body.data(), response->body.size());
    co_return answer;
}

void TokenAuthorizer::keep(TokenAnswer answer, SteadyTime asked) {
    const milliseconds lifetime = answer.lifetime;
    // Spread, or thousands of tenants beat together.
    token_.emplace(std::move(answer.token), asked + lifetime * 8 / 10 + retry_.jitter(lifetime / 10),
                   asked + lifetime - std::min<milliseconds>(margin, lifetime / 10));
    ++number_;
    parked_.reset();
    retry_.reset();
    happenings_.token_granted(scope_, working_name_, answer.lifetime, clock_.utc_now() + answer.lifetime);
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
    const bool missing_scope = challenge.error == "insufficient_scope";
    if (challenge.status != 401 && !missing_scope) return false;
    token_.reset();
    if (!missing_scope && !std::exchange(suspect_, true)) return true;  // expired or revoked: one new token, at once
    const std::string said = challenge.description.empty() ? challenge.error : challenge.description;
    park("Okta refuses the access token (" + std::to_string(challenge.status) + (said.empty() ? "" : " " + said) + "): " +
         (missing_scope ? "the scope okta.logs.read is not granted to the integration"
                        : "a new one was refused as well; look at the integration in the Admin Console"));
    return false;
}

void TokenAuthorizer::observed(const ResponseHead& head) {
    learn_time(head);
    if (head.status() / 100 != 2) return;
    suspect_ = false;
    probe_.reset();
}

void TokenAuthorizer::learn_time(const ResponseHead& head) {
    const auto date = parse_http_date(head.find("date").value_or(""));
    if (!date) return;
    date_ = date;
    date_seen_ = clock_.now();
}

UtcTime TokenAuthorizer::server_now() const {
    if (!date_) return clock_.utc_now();
    return *date_ + std::chrono::floor<milliseconds>(clock_.now() - date_seen_);
}

asio::awaitable<void> TokenAuthorizer::join() {
    stop_.request_stop();
    co_await tasks_.join();
}

}  // namespace oktail
