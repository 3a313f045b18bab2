#include "auth/client_secret.hpp"

#include "auth/basic.hpp"

namespace oktail {
namespace {

class ClientSecret : public ClientCredential {
public:
    /// Okta's ids and secrets need no form-encoding, and its own guide joins them as they are.
    ClientSecret(const std::string& client_id, const Secret& secret, std::string name)
        : basic_(basic_authorization(client_id, secret.reveal())), name_(std::move(name)) {}

    Result<HttpRequest> token_request(UtcTime) const override {
        HttpRequest request(Method::post, std::string(token_path));
        request.content_type = "application/x-www-form-urlencoded";
        request.body = Secret::joined({"grant_type=client_credentials&scope=", log_scope});
        request.authorization = basic_.copy();
        return request;
    }
    const std::string& name() const override { return name_; }

private:
    Secret basic_;
    std::string name_;
};

}  // namespace

Credentials client_secrets(const std::string& client_id, const std::vector<Secret>& secrets) {
    Credentials credentials;
    for (const Secret& secret : secrets) {
        const std::string place = std::to_string(credentials.size() + 1) + " of " + std::to_string(secrets.size());
        credentials.push_back(std::make_unique<ClientSecret>(client_id, secret, "secret " + place));
    }
    return credentials;
}

ClientSecretFiles::ClientSecretFiles(std::string client_id, SecretReader::Read read, WorkerPool& readers, Clock& clock)
    : client_id_(std::move(client_id)), reader_(std::move(read), readers, clock) {}

asio::awaitable<Result<Credentials>> ClientSecretFiles::read(std::stop_token stop) {
    auto secrets = co_await reader_.read(std::move(stop));
    if (!secrets) co_return secrets.error();
    co_return client_secrets(client_id_, *secrets);
}

}  // namespace oktail
