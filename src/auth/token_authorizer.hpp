#pragma once

#include <oktail/auth/authorizer.hpp>

#include "auth/client_credential.hpp"
#include "auth/dpop.hpp"
#include "auth/token_answer.hpp"
#include "core/backoff.hpp"
#include "core/event_flag.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"
#include "metrics/happenings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace oktail {

/// Where and how a tenant's tokens are asked for.
class TokenSettings {
public:
    explicit TokenSettings(std::string org_url) : org_url(std::move(org_url)) {}

    std::string token_url() const { return org_url + std::string(token_path); }

    std::string org_url;  ///< "https://acme.okta.com": assertions and proofs are made out to it
    bool revoke_at_end = false;
    DpopMode dpop = DpopMode::automatic;
    std::chrono::milliseconds timeout{60'000};  ///< of one token request
};

/// A tenant's access token, got by one credential or the next. One grant at a time, which belongs to this object and never to
/// a caller; about one an hour, ahead of the old token's end. On the tenant's shard.
class TokenAuthorizer : public Authorizer {
public:
    /// All that is referred to outlives it.
    TokenAuthorizer(log::Scope scope, TokenSettings settings, std::unique_ptr<CredentialSource> credentials, HttpClient& http,
                    Clock& clock, Happenings& happenings, asio::any_io_executor shard);

    asio::awaitable<Result<AuthHeaders>> authorize(Method method, std::string url, std::stop_token stop) override;
    bool refused(std::uint64_t token, AuthChallenge challenge) override;
    void observed(const ResponseHead& head) override;
    UtcTime server_now() const override;

    /// The credentials may be others now: asks for a token at once, whatever was refused before, and also while the present
    /// token serves, so that a mistake shows before it ends. A wait that the server demanded goes on.
    void credentials_changed();
    /// The server's clock minus ours; for the doctor, and a warning.
    std::chrono::milliseconds server_offset() const { return server_now() - clock_.utc_now(); }
    /// Ends a grant in progress and returns when it is over, and the token revoked, where that is wanted and takes no more than
    /// 2 s; call it before this object goes.
    asio::awaitable<void> join();
    /// Hard stop, after the deadline.
    void cancel() { tasks_.cancel(); }

private:
    class Held {
    public:
        Held(Secret value, bool is_bound, SteadyTime renew_at, SteadyTime usable_until)
            : value(std::move(value)), is_bound(is_bound), renew_at(renew_at), usable_until(usable_until) {}
        Secret value;
        bool is_bound;
        SteadyTime renew_at;
        SteadyTime usable_until;
    };
    class Parked {
    public:
        Parked(Error why, SteadyTime until) : why(std::move(why)), until(until) {}
        Error why;
        SteadyTime until;
    };

    bool is_usable() const { return token_ && clock_.now() < token_->usable_until; }
    bool is_parked() const { return parked_ && clock_.now() < parked_->until; }
    bool is_renewal_due() const { return !token_ || clock_.now() >= token_->renew_at; }
    /// What one credential may be tried again for, at once, before another one is.
    class SecondChances {
    public:
        int nonces = 2;
        bool proof = true;
        bool clock = true;
    };

    using Places = std::set<std::size_t>;  ///< of credentials

    asio::awaitable<void> revoke(std::stop_token late, std::stop_source done);
    asio::awaitable<bool> try_to_revoke(std::stop_token late);
    asio::awaitable<void> stop_after(std::chrono::milliseconds patience, std::stop_source late, std::stop_token done);
    AuthHeaders headers(Method method, std::string_view url);
    void start_grant();
    asio::awaitable<void> grant();
    asio::awaitable<TokenAnswer> ask(Places& refused, std::stop_token stop);
    asio::awaitable<TokenAnswer> ask_with(const ClientCredential& credential, std::stop_token stop);
    asio::awaitable<TokenAnswer> ask_once(const ClientCredential& credential, std::stop_token stop);
    bool may_try_again(const TokenAnswer& answer, bool had_proof, bool clock_was_wrong, SecondChances& left);
    void keep(TokenAnswer answer);
    void park(std::string what);
    void learn_time(const ResponseHead& head);
    Backoff::Span pause_after(const TokenAnswer& answer);

    log::Scope scope_;
    TokenSettings settings_;
    std::unique_ptr<CredentialSource> credentials_;
    HttpClient& http_;
    Clock& clock_;
    Happenings& happenings_;

    std::optional<Held> token_;
    std::uint64_t number_ = 0;    ///< of the newest token
    bool suspect_ = false;        ///< a token was refused, and none has worked since
    bool proof_suspect_ = false;  ///< the same of a proof
    Dpop dpop_;
    std::optional<Parked> parked_;  ///< a person must act; until then asked for now and again
    std::size_t working_ = 0;       ///< the credential that worked last
    std::string working_name_;
    bool granting_ = false;
    bool outdated_ = false;  ///< the grant in progress goes by credentials that are not the newest
    Backoff retry_;
    Backoff probe_;
    Backoff replacement_;  ///< of tokens that were refused before their end
    SteadyTime replaceable_from_{};
    std::optional<UtcTime> date_;  ///< the newest Date of the server
    SteadyTime date_seen_{};
    std::stop_source stop_;
    EventFlag changed_;
    TaskGroup tasks_;
};

}  // namespace oktail
