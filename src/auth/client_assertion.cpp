#include "auth/client_assertion.hpp"

#include "auth/jwt.hpp"

#include <boost/json/object.hpp>

#include <memory>

namespace oktail {
namespace {

using std::chrono::seconds;

/// Okta takes an hour at most; a short one is of less use to whoever sees it.
constexpr seconds lifetime{300};
constexpr std::string_view assertion_fields =
    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";

/// Runs on a signer's thread.
Secret assertion(const ClientKey& key, const std::string& client_id, const std::string& audience, UtcTime now) {
    const seconds issued = std::chrono::floor<seconds>(now.time_since_epoch()) - back_dated;
    boost::json::object header;
    if (!key.id.empty()) header["kid"] = key.id;
    const boost::json::object claims{{"iss", client_id},
                                     {"sub", client_id},
                                     {"aud", audience},
                                     {"iat", issued.count()},
                                     {"exp", (issued + lifetime).count()},
                                     {"jti", fresh_jwt_id()}};
    return signed_jwt(std::move(header), claims, key.key);
}

class ClientAssertion : public ClientCredential {
public:
    ClientAssertion(std::string client_id, ClientKey key, std::string name, WorkerPool& signers)
        : ClientCredential(std::move(name)), client_id_(std::move(client_id)),
          key_(std::make_shared<const ClientKey>(std::move(key))), signers_(signers) {}

    asio::awaitable<Result<HttpRequest>> request(std::string_view path, std::string url, Secret form, UtcTime now,
                                                 std::stop_token) const override {
        // The job owns what it signs with: its caller may be gone before it runs.
        auto job = [key = key_, id = client_id_, url = std::move(url), now] { return assertion(*key, id, url, now); };
        const Secret signed_one = co_await signers_.run(std::move(job));
        co_return form_request(path, form, Secret::joined({assertion_fields, signed_one.reveal()}));
    }
    bool depends_on_time() const override { return true; }

private:
    std::string client_id_;
    std::shared_ptr<const ClientKey> key_;
    WorkerPool& signers_;
};

}  // namespace

Credentials client_keys(const std::string& client_id, std::vector<Result<ClientKey>> keys, WorkerPool& signers) {
    Credentials credentials;
    for (auto& key : keys) {
        auto name = credential_name("key", credentials.size() + 1, keys.size());
        if (!key) {
            credentials.emplace_back(key.error());
            continue;
        }
        if (!key->id.empty()) name += " (" + key->id + ")";
        credentials.emplace_back(std::make_unique<ClientAssertion>(client_id, std::move(*key), std::move(name), signers));
    }
    return credentials;
}

}  // namespace oktail
