#include "auth/client_secret.hpp"

#include "auth/basic.hpp"

namespace oktail {
namespace {

class ClientSecret : public ClientCredential {
public:
    /// Okta's ids and secrets need no form-encoding, and its own guide joins them as they are.
    ClientSecret(const std::string& client_id, const Secret& secret, std::string name)
        : ClientCredential(std::move(name)), basic_(basic_authorization(client_id, secret.reveal())) {}

    asio::awaitable<Result<HttpRequest>> request(std::string_view path, std::string, Secret form, UtcTime,
                                                 std::stop_token) const override {
        HttpRequest request = form_request(path, form, {});
        request.authorization = basic_.copy();
        co_return request;
    }
    bool depends_on_time() const override { return false; }

private:
    Secret basic_;
};

}  // namespace

Credentials client_secrets(const std::string& client_id, const std::vector<Result<Secret>>& secrets) {
    Credentials credentials;
    for (const auto& secret : secrets) {
        auto name = credential_name("secret", credentials.size() + 1, secrets.size());
        if (secret) credentials.emplace_back(std::make_unique<ClientSecret>(client_id, *secret, std::move(name)));
        else credentials.emplace_back(secret.error());
    }
    return credentials;
}

}  // namespace oktail
