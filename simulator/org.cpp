#include "simulator/org.hpp"

#include <utility>

namespace oktail::simulator {

Org::Org(OrgOptions given, std::uint64_t seed, std::chrono::seconds token_lifetime, UtcTime start)
    : options(std::move(given)), token_lifetime(token_lifetime), random(seed ^ hash_of(options.host)),
      log(EventMaker(random.next(), options.huge_every)), traffic(options.rate, random.next()),
      seal(random.id("", 32), options.cursor), logs_window(options.limit), token_window(options.token_limit) {
    Client client;
    client.id = random.id("0oa", 17);
    client.secrets = {{random.id("", 64)}};
    client_id = clients.add(std::move(client)).id;
    traffic.begin(start);
}

}  // namespace oktail::simulator
