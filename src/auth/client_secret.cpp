#include "auth/client_secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace oktail {
namespace {

Secret base64(const Secret& plain) {
    const std::string_view bytes = plain.reveal();
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a zero
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    Secret encoded(std::string_view(text).substr(0, static_cast<std::size_t>(size)));
    OPENSSL_cleanse(text.data(), text.size());
    return encoded;
}

class ClientSecret : public ClientCredential {
public:
    /// Okta's ids and secrets need no form-encoding, and its own guide joins them as they are.
    ClientSecret(const std::string& client_id, const Secret& secret, std::string name)
        : basic_(Secret::joined({"Basic ", base64(Secret::joined({client_id, ":", secret.reveal()})).reveal()})),
          name_(std::move(name)) {}

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

ClientSecretFiles::ClientSecretFiles(std::string client_id, Read read, WorkerPool& readers, Clock& clock)
    : client_id_(std::move(client_id)), read_(std::move(read)), readers_(readers), clock_(clock) {}

asio::awaitable<Result<Credentials>> ClientSecretFiles::read(std::stop_token stop) {
    const Error hangs(ErrorKind::transient, "the secret cannot be read in time: does the file system hang where it lies?");
    if (reading_->exchange(true)) co_return hangs;  // still: one thread is enough to wait
    auto job = [read = read_, reading = reading_] {
        auto secrets = read();
        reading->store(false);
        return secrets;
    };
    auto secrets = co_await readers_.run_until(clock_.now() + patience, clock_, std::move(job), stop);
    if (stop.stop_requested()) co_return Error(ErrorKind::stopped, "stopped while reading the secret");
    if (!secrets) co_return hangs;
    if (!*secrets) co_return secrets->error();
    co_return client_secrets(client_id_, **secrets);
}

}  // namespace oktail
