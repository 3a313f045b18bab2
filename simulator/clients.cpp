#include "simulator/clients.hpp"

#include <utility>

namespace oktail::simulator {

Client& Clients::add(Client client) {
    std::string id = client.id;
    return clients_.insert_or_assign(std::move(id), std::move(client)).first->second;
}

Client* Clients::find(std::string_view id) {
    const auto found = clients_.find(id);
    return found == clients_.end() || !found->second.installed ? nullptr : &found->second;
}

AccessToken* Clients::find_token(std::string_view token) {
    const auto found = tokens_.find(token);
    return found == tokens_.end() ? nullptr : &found->second;
}

std::string Clients::tokens() const {
    std::string lines;
    for (const auto& [text, token] : tokens_) lines.append(text).append("\n");
    return lines;
}

void Clients::revoke_tokens() {
    for (auto& [text, token] : tokens_) token.revoked = true;
}

}  // namespace oktail::simulator
