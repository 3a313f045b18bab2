#include "simulator/org.hpp"

#include "simulator/jwt.hpp"

#include <utility>

namespace oktail::simulator {

Org::Org(OrgOptions given, std::uint64_t seed, std::chrono::seconds token_lifetime, UtcTime start)
    : options(std::move(given)), token_lifetime(token_lifetime), random(seed ^ hash_of(options.host)),
      log(EventMaker(random.next(), options.huge_every)), traffic(options.rate, random.next()),
      seal(random.id("", 32), options.cursor), logs_window(options.limit), token_window(options.token_limit) {
    Client client;
    client.id = random.id("0oa", 17);
    client.kind = options.client;
    client.wants_dpop = options.dpop;
    if (client.kind == ClientKind::integration) {
        client.secrets = {{random.id("", 64)}};
    } else {
        KeyPair pair = make_key_pair();
        client.private_pem = std::move(pair.private_pem);
        std::string id(pair.public_jwk.at("kid").as_string());
        client.keys = {{std::move(pair.public_jwk), std::move(id)}};
    }
    client_id = clients.add(std::move(client)).id;
    traffic.begin(start);
}

}  // namespace oktail::simulator
