#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/clock.hpp>

#include "http/server.hpp"
#include "simulator/fake_okta.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oktail::simulator {

/// FakeOkta with a clock, behind HttpServer. It also sees what a pure answer cannot: requests that overlap.
class Service {
public:
    Service(FakeOkta& okta, Clock& clock) : okta_(okta), clock_(clock) {}

    asio::awaitable<ServerResponse> handle(ServerRequest request);

private:
    /// A request whose answer has not gone out.
    struct Pending {
        std::function<bool()> peer_left;
    };

    std::shared_ptr<const Pending> enter(const ServerRequest& request);

    FakeOkta& okta_;
    Clock& clock_;
    std::map<std::pair<std::string, Endpoint>, std::vector<std::weak_ptr<const Pending>>> pending_;
};

}  // namespace oktail::simulator
