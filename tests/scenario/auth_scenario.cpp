// How tokens are got, bound and replaced: the whole daemon against the simulator, which verifies every assertion and every
// proof by code of its own, and counts whatever is sent twice.

#include "scenario/daemon_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace oktail {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::string acme = "acme.okta.com";
const std::string file = "exact/acme.ndjson";

class AuthScenario : public DaemonScenario {
protected:
    /// One tenant into one file; `options` as of the simulator's --org.
    void acme_with(const std::string& options, seconds clock_ahead = {}) {
        okta({acme + ",limit=100000,token_limit=100000" + options}, clock_ahead);
        add_file_sink("exact", Delivery::exactly_once);
        add_tenant(acme, {"exact"});
    }
    AuthConfig& auth() { return config_.tenants.front().auth; }
    void short_tokens(seconds lifetime) {
        okta_->with([&] { okta_->okta().find(acme)->token_lifetime = lifetime; });
    }
    bool all_arrive(int count) {
        okta_->emit(acme, count);
        return has_all(file, acme);
    }
    /// More events, until so many tokens have been minted altogether.
    bool arrive_until_minted(std::uint64_t tokens) {
        return eventually([&] {
                   okta_->emit(acme, 1);
                   return okta_->tokens_minted(acme) >= tokens;
               }) &&
               has_all(file, acme);
    }
    void expect_exact() {
        EXPECT_EQ(lines(file), okta_->events(acme));
        EXPECT_EQ(okta_->violations(acme), "");
    }
};

TEST_F(AuthScenario, KeyAndDpopAreLearnedOnTheWay) {  // K01, D01, D02, D03, D07, D08
    acme_with(",backlog=2500,client=custom,dpop=on");
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        EXPECT_TRUE(all_arrive(20));
    }

    expect_exact();
    EXPECT_EQ(okta_->tokens_minted(acme), 1u);
    EXPECT_EQ(okta_->token_answers(acme, 400), 2u) << "without a proof, and without the nonce";
}

TEST_F(AuthScenario, KeyWithoutDpop) {
    acme_with(",backlog=500,client=custom");
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
    }

    expect_exact();
    EXPECT_EQ(okta_->token_answers(acme, 400), 0u);
}

TEST_F(AuthScenario, SecretWithDpop) {
    acme_with(",backlog=1500,dpop=on");
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
    }

    expect_exact();
}

/// Okta's clock against ours.
class ClockScenario : public AuthScenario, public testing::WithParamInterface<int> {};

TEST_P(ClockScenario, WrongClockCostsOneRequest) {  // K02, K03, D11, D12, OK11
    acme_with(",backlog=1500,client=custom,dpop=on", seconds(GetParam()));
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        EXPECT_TRUE(all_arrive(5));
    }

    expect_exact();
    EXPECT_EQ(okta_->token_answers(acme, 401), 1u);
    EXPECT_EQ(okta_->tokens_minted(acme), 1u);
}

INSTANTIATE_TEST_SUITE_P(Ahead, ClockScenario, testing::Values(-600, -60, 400, 7'200));

TEST_F(AuthScenario, WrongClockWithASecretMattersForProofsOnly) {  // D11
    acme_with(",backlog=1500,dpop=on", minutes(6));
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
    }

    expect_exact();
    EXPECT_EQ(okta_->tokens_minted(acme), 1u);
}

TEST_F(AuthScenario, DpopComesAndGoesInMidLife) {  // D14, D16
    acme_with(",backlog=10,client=custom");
    short_tokens(seconds(5));
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        okta_->change_client(acme, [](auto& client) { client.wants_dpop = true; });
        EXPECT_TRUE(arrive_until_minted(okta_->tokens_minted(acme) + 2));
        EXPECT_EQ(okta_->token_answers(acme, 400), 2u);
        okta_->change_client(acme, [](auto& client) { client.wants_dpop = false; });
        EXPECT_TRUE(arrive_until_minted(okta_->tokens_minted(acme) + 2));
    }

    expect_exact();
    EXPECT_EQ(okta_->token_answers(acme, 400), 2u);
}

TEST_F(AuthScenario, NoncesThatOktaForgetsCostOneRequestEach) {  // D05, OK12
    acme_with(",backlog=10,client=custom,dpop=on");
    short_tokens(seconds(5));
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        for (int i = 0; i < 2; ++i) {
            okta_->with([&] { okta_->okta().find(acme)->nonces.void_all(); });
            EXPECT_TRUE(arrive_until_minted(okta_->tokens_minted(acme) + 1));
        }
    }

    expect_exact();
    EXPECT_EQ(okta_->token_answers(acme, 400), 4u);
}

TEST_F(AuthScenario, NextKeyTakesOverWithoutAGap) {  // K07
    acme_with(",backlog=10,client=custom,dpop=on");
    short_tokens(seconds(5));
    const auto next = okta_->add_key(acme);
    auth().private_keys.emplace_back();
    auth().private_keys[1].file = write_secret("next.pem", next.private_pem);
    auth().private_keys[1].key_id = std::string(next.public_jwk.at("kid").as_string());
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        okta_->change_client(acme, [](auto& client) { client.keys.front().active = false; });
        EXPECT_TRUE(arrive_until_minted(okta_->tokens_minted(acme) + 3));
    }

    expect_exact();
    EXPECT_EQ(okta_->token_answers(acme, 401), 1u) << "the one that worked stays first";
}

TEST_F(AuthScenario, KeyFileThatChangesIsReadAtOnce) {  // K07
    acme_with(",backlog=10,client=custom");
    auth().private_keys[0].key_id.clear();
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        const auto next = okta_->add_key(acme);
        okta_->change_client(acme, [](auto& client) { client.keys.erase(client.keys.begin()); });
        okta_->with([&] { okta_->okta().find(acme)->clients.revoke_tokens(); });
        EXPECT_TRUE(eventually([&] { return okta_->token_answers(acme, 401) > 0; }));

        write_secret(acme + ".pem", next.private_pem);

        EXPECT_TRUE(all_arrive(5));
    }

    expect_exact();
    EXPECT_EQ(okta_->tokens_minted(acme), 2u);
}

TEST_F(AuthScenario, TroubleOnTheWayUsesUpProofsAndAssertions) {  // K06, D09, D10, T25
    acme_with(",backlog=6000,client=custom,dpop=on");
    okta_->fault(R"([
        {"endpoint": "token", "nth": 1, "do": "reset"},
        {"endpoint": "token", "nth": 3, "do": "answer", "status": 500, "body": ""},
        {"endpoint": "logs", "nth": 1, "do": "rate_limit", "reset_in": 1},
        {"endpoint": "logs", "nth": 2, "do": "answer", "status": 503, "body": ""},
        {"endpoint": "logs", "nth": 3, "do": "reset_in_body", "after": 1000},
        {"endpoint": "logs", "nth": 4, "do": "concurrency"}])");
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
    }

    expect_exact();
}

TEST_F(AuthScenario, TokenThatDiesIsReplacedAndTheSameUrlRepeated) {  // A01, A09
    acme_with(",backlog=10,client=custom,dpop=on");
    {
        const Running daemon(config_);
        EXPECT_TRUE(has_all(file, acme));
        okta_->with([&] { okta_->okta().find(acme)->clients.revoke_tokens(); });
        EXPECT_TRUE(all_arrive(5));
    }

    expect_exact();
    EXPECT_EQ(okta_->tokens_minted(acme), 2u);
}

TEST_F(AuthScenario, TokenIsRevokedAtTheEndWhereThatIsWanted) {  // T26
    for (const bool with_key : {false, true}) {
        config_ = Config();
        acme_with(with_key ? ",backlog=10,client=custom" : ",backlog=10");
        auth().revoke_at_end = true;
        {
            const Running daemon(config_);
            EXPECT_TRUE(all_arrive(5));
        }

        const std::string token = okta_->with([&] { return okta_->okta().find(acme)->clients.tokens(); });
        EXPECT_TRUE(okta_->with(
            [&] { return okta_->okta().find(acme)->clients.find_token(token.substr(0, token.find('\n')))->revoked; }));
        EXPECT_EQ(okta_->violations(acme), "");
        std::filesystem::remove_all(dir_ / "state");
        std::filesystem::remove_all(dir_ / "exact");
    }
}

TEST_F(AuthScenario, RevocationThatIsNotAnsweredHoldsNobodyUp) {  // T26
    acme_with(",backlog=10");
    auth().revoke_at_end = true;
    okta_->fault(R"([{"endpoint": "revoke", "do": "black_hole"}])");
    std::chrono::steady_clock::time_point stopped;
    {
        const Running daemon(config_);
        EXPECT_TRUE(all_arrive(5));
        stopped = std::chrono::steady_clock::now();
    }

    EXPECT_GE(std::chrono::steady_clock::now() - stopped, seconds(2)) << "it was tried";
    EXPECT_EQ(lines(file), okta_->events(acme));
}

TEST_F(AuthScenario, RestartHasAnotherKeyAndAnotherToken) {  // D15
    acme_with(",backlog=10,client=custom,dpop=on");
    for (int life = 0; life < 2; ++life) {
        const Running daemon(config_);
        EXPECT_TRUE(all_arrive(5));
    }

    expect_exact();
    EXPECT_EQ(okta_->tokens_minted(acme), 2u);
}

/// Secrets, keys and nonces change while events flow and tokens live for five seconds. OKTAIL_SOAK_SECONDS (20): how long.
class AuthSoak : public AuthScenario {
protected:
    static seconds how_long() {
        const char* given = std::getenv("OKTAIL_SOAK_SECONDS");
        return seconds(given ? std::atoi(given) : 20);
    }
    void flow(int tenths) {
        for (int i = 0; i < tenths; ++i) {
            okta_->emit(acme, 7);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
    /// Each round `rotate` gives the org another credential in the place of one of two, so that one of them is refused, and
    /// what it returns brings the new one to the daemon: in two rounds of four only when the tokens of before are gone.
    template <class Rotate>
    void soak(Rotate rotate) {
        short_tokens(seconds(5));
        const auto begin = std::chrono::steady_clock::now();
        int round = 0;
        {
            const Running daemon(config_);
            while (std::chrono::steady_clock::now() - begin < how_long()) {
                const auto bring = rotate(++round);
                if (round % 3 == 0) okta_->with([&] { okta_->okta().find(acme)->nonces.void_all(); });
                flow((round - 1) % 4 < 2 ? 65 : 1);
                bring();
                flow(15);
            }
            EXPECT_TRUE(has_all(file, acme));
        }
        const auto lived = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        expect_exact();
        const std::uint64_t tokens = okta_->tokens_minted(acme);
        EXPECT_LE(tokens, static_cast<std::uint64_t>(lived / 4) + static_cast<std::uint64_t>(round) + 2)
            << "a token serves for 4 s at least, and a file that changes asks for one";
        EXPECT_GT(okta_->token_answers(acme, 401), 0u) << "no credential was ever refused: nothing was proven";
        EXPECT_LE(okta_->token_answers(acme, 401), tokens);
        std::printf("%.0f s: %zu events, %d rotations, %llu tokens, %llu challenges, %llu refusals\n", lived,
                    okta_->events(acme).size(), round, static_cast<unsigned long long>(tokens),
                    static_cast<unsigned long long>(okta_->token_answers(acme, 400)),
                    static_cast<unsigned long long>(okta_->token_answers(acme, 401)));
    }
};

TEST_F(AuthSoak, SecretsRotate) {
    acme_with(",backlog=100");
    okta_->change_client(acme, [](auto& client) { client.secrets.push_back({"second"}); });
    auth().client_secret_files = {write_secret("a.secret", okta_->secret(acme)), write_secret("b.secret", "second")};
    soak([&](int round) {
        const std::size_t place = static_cast<std::size_t>(round - 1) % 2;
        const std::string next = "secret-of-round-" + std::to_string(round);
        okta_->change_client(acme, [&](auto& client) { client.secrets[place].text = next; });
        return [this, place, next] { write_secret(place == 0 ? "a.secret" : "b.secret", next); };
    });
}

TEST_F(AuthSoak, KeysAndNoncesRotate) {
    acme_with(",backlog=100,client=custom,dpop=on");
    const auto second = okta_->add_key(acme);
    okta_->change_client(acme, [](auto& client) {
        client.keys[0].id = "first";
        client.keys[1].id = "second";
    });
    auth().private_keys[0].key_id = "first";
    auth().private_keys.push_back(auth().private_keys[0]);
    auth().private_keys[1].key_id = "second";
    auth().private_keys[1].file = write_secret("second.pem", second.private_pem);
    soak([&](int round) {
        const std::size_t place = static_cast<std::size_t>(round - 1) % 2;
        const auto next = okta_->add_key(acme);
        okta_->change_client(acme, [&](auto& client) {
            client.keys[place].jwk = client.keys.back().jwk;
            client.keys.pop_back();
        });
        return [this, place, pem = next.private_pem] { write_secret(place == 0 ? acme + ".pem" : "second.pem", pem); };
    });
}

}  // namespace
}  // namespace oktail
