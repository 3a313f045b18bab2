#pragma once

#include "auth/client_assertion.hpp"
#include "auth/client_secret.hpp"
#include "auth/token_authorizer.hpp"
#include "core/time_text.hpp"
#include "support/manual_clock.hpp"
#include "support/scripted_http_client.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oktail {

inline constexpr std::string_view basic_a = "Basic aWQ6QQ==";
inline constexpr std::string_view basic_b = "Basic aWQ6Qg==";

/// Secrets, or keys, as a test has them at that moment, or the error that it wants.
class ScriptedCredentials : public CredentialSource {
public:
    std::vector<std::string> secrets{"A"};  ///< an empty one cannot be read
    std::vector<std::string> key_ids;       ///< instead of secrets: so many keys
    std::optional<Error> hung;

    asio::awaitable<Result<Credentials>> read(std::stop_token) override {
        if (hung) co_return *hung;
        co_return key_ids.empty() ? by_secret() : by_key();
    }

private:
    Credentials by_secret() const {
        std::vector<Result<Secret>> all;
        for (const std::string& text : secrets) {
            if (text.empty()) all.emplace_back(Error(ErrorKind::unauthorized, "acme.secret cannot be read; chmod 0640"));
            else all.emplace_back(Secret(text));
        }
        return client_secrets("id", all);
    }
    Credentials by_key() {
        std::vector<Result<ClientKey>> all;
        for (const std::string& id : key_ids) all.emplace_back(ClientKey(PrivateKey::generate(KeyAlgorithm::es256), id));
        return client_keys("id", std::move(all), signers_);
    }

    WorkerPool signers_{"signers", 0};
};

class TokenAuthorizerTest : public testing::Test {
protected:
    explicit TokenAuthorizerTest(DpopMode mode = DpopMode::automatic)
        : authorizer_(log::Scope("acme"), settings(mode), std::move(owned_credentials_), http_, clock_, happenings_,
                      io_.get_executor()) {
        happenings_.route_added(log::Scope("acme", "archive"), StallRule());
    }

    static TokenSettings settings(DpopMode mode) {
        TokenSettings settings("https://acme.okta.com");
        settings.dpop = mode;
        return settings;
    }

    using Outcome = std::optional<Result<AuthHeaders>>;

    ~TokenAuthorizerTest() override {
        stop_.request_stop();
        tasks_.spawn(authorizer_.join());
        poll();
    }

    void start(Outcome& outcome) {
        tasks_.spawn(authorize(outcome));
        poll();
    }
    asio::awaitable<void> authorize(Outcome& outcome) {
        auto got = co_await authorizer_.authorize(Method::get, "https://acme.okta.com/api/v1/logs", stop_.get_token());
        outcome.emplace(std::move(got));
    }
    /// What authorize() says now: the Authorization field, the error, or that it waits.
    std::string now() {
        auto outcome = std::make_unique<Outcome>();
        start(*outcome);
        std::string text = "waits";
        if (*outcome) {
            if (**outcome) text = (**outcome)->authorization.reveal();
            else text = std::string(to_string((*outcome)->error().kind())) + ": " + (*outcome)->error().what();
        }
        waiting_.push_back(std::move(outcome));
        return text;
    }
    void grants(std::string_view token, std::string_view expires_in = "3600", std::string_view type = "Bearer") {
        http_.answer(200,
                     R"({"token_type":")" + std::string(type) + R"(","access_token":")" + std::string(token) +
                         R"(","scope":"okta.logs.read","expires_in":)" + std::string(expires_in) + "}",
                     {{"date", http_date(clock_.utc_now())}});
    }
    void refuses(std::string_view description = "The client secret supplied for a confidential client is invalid.") {
        http_.answer(401, R"({"error":"invalid_client","error_description":")" + std::string(description) + "\"}");
    }
    void works() { authorizer_.observed(ResponseHead(200, {})); }
    bool refused(std::string error = "invalid_token") {
        return authorizer_.refused(token(), AuthChallenge(401, std::move(error), "\"The token has expired.\""));
    }
    std::uint64_t token() {
        Outcome outcome;
        start(outcome);
        return outcome && *outcome ? (*outcome)->token : 0;
    }
    void advance(std::chrono::milliseconds span) {
        clock_.advance(span);
        poll();
    }
    void poll() {
        io_.restart();
        io_.poll();
    }
    std::size_t requests() const { return http_.seen().size(); }

    asio::io_context io_{1};
    ManualClock clock_;
    ScriptedHttpClient http_;
    Happenings happenings_{clock_};
    std::unique_ptr<ScriptedCredentials> owned_credentials_ = std::make_unique<ScriptedCredentials>();
    ScriptedCredentials& credentials_ = *owned_credentials_;
    std::stop_source stop_;
    std::vector<std::unique_ptr<Outcome>> waiting_;
    TokenAuthorizer authorizer_;
    TaskGroup tasks_{io_.get_executor()};
};

}  // namespace oktail
