#include "unit/simulator/okta_fixture.hpp"

namespace oktail::simulator {
namespace {

using namespace std::chrono_literals;

class TokenTest : public FakeOktaTest {
protected:
    void SetUp() override { open(org_options(3)); }

    Answer ask_with(std::string authorization) {
        Request request = token_request();
        request.headers[1].second = std::move(authorization);
        return ask(request);
    }
    Answer ask_for(std::string form) {
        Request request = token_request();
        request.body = std::move(form);
        return ask(request);
    }
    static std::string why(const Answer& answer) {
        return std::string(boost::json::parse(answer.text()).at("error_description").as_string());
    }
};

TEST_F(TokenTest, GoodSecretGetsABearerToken) {
    const Answer answer = ask(token_request());

    const auto body = boost::json::parse(answer.text());
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(body.at("token_type").as_string(), "Bearer");
    EXPECT_EQ(body.at("expires_in").as_int64(), 3600);
    EXPECT_EQ(body.at("scope").as_string(), "okta.logs.read");
    EXPECT_EQ(org().tokens_minted, 1U);
    EXPECT_EQ(org().violations.total(), 0U);
}

TEST_F(TokenTest, WrongSecretIsRefused) {
    const Answer answer = ask_with(basic("wrong"));

    EXPECT_EQ(answer.status, 401U);
    EXPECT_EQ(error(answer), "invalid_client");
    EXPECT_EQ(why(answer), "The client secret supplied for a confidential client is invalid.");
    EXPECT_TRUE(one(answer, "WWW-Authenticate").starts_with("Basic realm="));
}

TEST_F(TokenTest, BothSecretsWorkUntilOneIsDeactivated) {
    client().secrets.push_back({"second"});
    EXPECT_EQ(ask_with(basic("second")).status, 200U);
    EXPECT_EQ(ask(token_request()).status, 200U);

    client().secrets.front().active = false;

    EXPECT_EQ(ask(token_request()).status, 401U);
    EXPECT_EQ(ask_with(basic("second")).status, 200U);
}

TEST_F(TokenTest, UnknownClientIsRefusedAndCostsNoQuota) {
    org().token_window.set_limit(1);

    const Answer answer = ask_with("Basic " + base64("0oaNobody:secret"));

    EXPECT_EQ(why(answer), "Invalid value for 'client_id' parameter.");
    EXPECT_EQ(ask(token_request()).status, 200U);
}

TEST_F(TokenTest, CredentialOfAnotherOrgIsAViolation) {
    Org& globex = *okta().find("globex.okta.com");
    const std::string theirs = base64(globex.client_id + ":" + globex.clients.find(globex.client_id)->secrets.front().text);

    const Answer answer = ask_with("Basic " + theirs);

    EXPECT_EQ(answer.status, 401U);
    EXPECT_EQ(org().violations.total(), 1U);
}

TEST_F(TokenTest, SecretInTheBodyIsRefused) {
    Request request = token_request();
    std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
    request.body += "&client_id=" + org().client_id + "&client_secret=" + client().secrets.front().text;

    const Answer answer = ask(request);

    EXPECT_EQ(answer.status, 401U);
    EXPECT_TRUE(why(answer).starts_with("OAuth Integration Client Credentials requests")) << why(answer);
}

TEST_F(TokenTest, CustomAppNeedsAKey) {
    client().kind = ClientKind::custom;

    EXPECT_EQ(
        why(ask(token_request())),
        "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.");
}

TEST_F(TokenTest, QueryIsNoPlaceForCredentials) {
    Request request = token_request();
    request.target += "?client_secret=x";

    EXPECT_EQ(ask(request).status, 400U);
    EXPECT_EQ(org().violations.total(), 1U);
}

TEST_F(TokenTest, ScopesAreChecked) {
    EXPECT_EQ(why(ask_for("grant_type=client_credentials")), "No scopes were requested.");
    EXPECT_EQ(error(ask_for("grant_type=client_credentials&scope=okta.log.read")), "invalid_scope");
    client().scope_granted = false;
    EXPECT_EQ(error(ask(token_request())), "consent_required");
}

TEST_F(TokenTest, GrantTypeAndNetworkZoneAreChecked) {
    EXPECT_EQ(error(ask_for("scope=okta.logs.read")), "invalid_request");
    EXPECT_EQ(error(ask_for("grant_type=password&scope=okta.logs.read")), "unsupported_grant_type");
    client().inside_network_zone = false;
    EXPECT_EQ(ask(token_request()).status, 403U);
}

TEST_F(TokenTest, TokenRequestsHaveALimitOfTheirOwn) {
    org().token_window.set_limit(1);
    const std::string good = token();

    const Answer answer = ask(token_request());

    EXPECT_EQ(answer.status, 429U);
    EXPECT_EQ(code(answer), "E0000047");
    token_ = good;
    EXPECT_EQ(get(since_january).status, 200U);
}

TEST_F(TokenTest, ExpiredTokenGetsAnEmptyBodyAndAChallenge) {
    get(since_january);

    now_ += 3600s;
    const Answer answer = get(since_january);

    EXPECT_EQ(answer.status, 401U);
    EXPECT_EQ(answer.text(), "");
    EXPECT_EQ(one(answer, "WWW-Authenticate"),
              "Bearer authorization_uri=\"http://acme.okta.com/oauth2/v1/authorize\", realm=\"http://acme.okta.com\", "
              "scope=\"okta.logs.read\", error=\"invalid_token\", error_description=\"The token has expired.\", "
              "resource=\"/api/v1/logs\"");
    EXPECT_EQ(all(answer, "Content-Type").size(), 0U);
}

TEST_F(TokenTest, RevokedTokenIsRefusedAndANewOneWorks) {
    get(since_january);

    org().clients.revoke_tokens();

    EXPECT_EQ(get(since_january).status, 401U);
    token_.clear();
    EXPECT_EQ(get(since_january).status, 200U);
}

TEST_F(TokenTest, RemovedScopeRoleAndClientShowAtTheResource) {
    get(since_january);

    client().scope_granted = false;
    EXPECT_NE(one(get(since_january), "WWW-Authenticate").find("insufficient_scope"), std::string::npos);
    client().scope_granted = true;
    client().role_assigned = false;
    EXPECT_EQ(code(get(since_january)), "E0000006");
    client().installed = false;
    EXPECT_NE(one(get(since_january), "WWW-Authenticate").find("has been revoked"), std::string::npos);
}

TEST_F(TokenTest, RequestWithoutATokenIsAViolation) {
    const Answer answer = ask(Request("GET", since_january, {{"Host", "acme.okta.com"}}));

    EXPECT_EQ(answer.status, 403U);
    EXPECT_EQ(code(answer), "E0000005");
    EXPECT_EQ(org().violations.total(), 1U);
}

TEST_F(TokenTest, TokenInTheQueryIsAViolation) {
    EXPECT_EQ(get(std::string(since_january) + "&access_token=x").status, 400U);
    EXPECT_EQ(org().violations.total(), 1U);
}

TEST_F(TokenTest, WrongHostIsNotFound) {
    const Answer answer = ask(Request("GET", since_january, {{"Host", "acme-admin.okta.com"}}));

    EXPECT_EQ(answer.status, 404U);
    EXPECT_EQ(code(answer), "E0000008");
}

TEST_F(TokenTest, RevokeEndpointKillsOneToken) {
    get(since_january);
    Request request = token_request();
    request.target = "/oauth2/v1/revoke";
    request.body = "token=" + token_ + "&token_type_hint=access_token";

    const Answer answer = ask(request);

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.text(), "");
    EXPECT_EQ(get(since_january).status, 401U);
}

}  // namespace
}  // namespace oktail::simulator
