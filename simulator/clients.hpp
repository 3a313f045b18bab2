#pragma once

#include <oktail/core/clock.hpp>

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oktail::simulator {

/// API service integrations of the catalog authenticate with a secret; custom API Services apps with a key.
enum class ClientKind : std::uint8_t { integration, custom };

struct ClientSecret {
    std::string text;
    bool active = true;
};

/// A public key of a custom app: Okta takes fifty.
struct PublicKey {
    boost::json::object jwk;
    std::string id;
    bool active = true;
};

/// A service app as an org's administrator sees it. Everything may change while it is in use.
struct Client {
    std::string id;
    ClientKind kind = ClientKind::integration;
    std::vector<ClientSecret> secrets;  ///< two at most
    std::vector<PublicKey> keys;
    std::string private_pem;  ///< of the first key, for the simulator's user
    bool wants_dpop = false;  ///< tokens are bound to a key
    bool installed = true;
    bool scope_granted = true;  ///< okta.logs.read
    bool role_assigned = true;
    bool inside_network_zone = true;
};

struct AccessToken {
    std::string client_id;
    UtcTime expires;
    std::string key;  ///< thumbprint of the key that it is bound to; empty: whoever has it may use it
    bool revoked = false;
};

/// Everybody who may ask for tokens, and the tokens they got.
class Clients {
public:
    Client& add(Client client);
    Client& at(const std::string& id) { return clients_.at(id); }
    /// nullptr: no such client, or not installed any more.
    Client* find(std::string_view id);

    void remember(std::string token, AccessToken access) { tokens_.insert_or_assign(std::move(token), std::move(access)); }
    /// nullptr: never minted here.
    AccessToken* find_token(std::string_view token);
    /// Every one, a line for each.
    std::string tokens() const;
    /// All of them; minting goes on.
    void revoke_tokens();

private:
    std::map<std::string, Client, std::less<>> clients_;
    std::map<std::string, AccessToken, std::less<>> tokens_;
};

}  // namespace oktail::simulator
