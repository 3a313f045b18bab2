#pragma once

#include <oktail/auth/authorizer.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace oktail {

/// Always has a token, until the test says otherwise.
class FakeAuthorizer : public Authorizer {
public:
    explicit FakeAuthorizer(const Clock& clock) : clock_(clock) {}

    asio::awaitable<Result<AuthHeaders>> authorize(Method, std::string url, std::stop_token) override {
        last_url = std::move(url);
        if (trouble) co_return *trouble;
        co_return AuthHeaders(Secret("Bearer token-" + std::to_string(token)), Secret(proof), token);
    }
    bool refused(std::uint64_t used, AuthChallenge challenge) override {
        ++refusals;
        last_challenge = std::move(challenge);
        if (used == token && renewals > 0) {
            --renewals;
            ++token;
            return true;
        }
        return false;
    }
    void observed(const ResponseHead&) override { ++observations; }
    UtcTime server_now() const override { return clock_.utc_now() + ahead; }

    std::optional<Error> trouble;
    std::uint64_t token = 1;
    int renewals = 1;  ///< how often another token can be had
    int refusals = 0;
    int observations = 0;
    std::string last_url;
    AuthChallenge last_challenge;
    std::string proof;                  ///< of DPoP
    std::chrono::milliseconds ahead{};  ///< the org's clock before ours

private:
    const Clock& clock_;
};

}  // namespace oktail
