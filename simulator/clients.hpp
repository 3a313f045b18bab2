#pragma once

#include <oktail/core/clock.hpp>

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

/// A service app as an org's administrator sees it. Everything may change while it is in use.
struct Client {
    std::string id;
    ClientKind kind = ClientKind::integration;
    std::vector<ClientSecret> secrets;  ///< two at most
    bool installed = true;
    bool scope_granted = true;  ///< okta.logs.read
    bool role_assigned = true;
    bool inside_network_zone = true;
};

struct AccessToken {
    std::string client_id;
    UtcTime expires;
    bool revoked = false;
};

/// Everybody who may ask for tokens, and the tokens they got.
class Clients {
public:
    Client& add(Client client);
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
