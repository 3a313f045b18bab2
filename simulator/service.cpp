#include "simulator/service.hpp"

namespace oktail::simulator {

asio::awaitable<ServerResponse> Service::handle(ServerRequest request) {
    std::shared_ptr<const Pending> pending = enter(request);
    ServerResponse answer = okta_.answer(request, clock_.utc_now());
    answer.held = std::move(pending);
    co_return answer;
}

std::shared_ptr<const Service::Pending> Service::enter(const ServerRequest& request) {
    const Endpoint endpoint = FakeOkta::endpoint_of(request);
    const std::string host(FakeOkta::host_of(request));
    Org* const org = okta_.find(host);
    if (!org || (endpoint != Endpoint::logs && endpoint != Endpoint::token)) return nullptr;
    auto& others = pending_[{host, endpoint}];
    // Whose client has given up is not in flight any more.
    std::erase_if(others, [](const auto& weak) {
        const auto other = weak.lock();
        return !other || (other->peer_left && other->peer_left());
    });
    if (!others.empty())
        org->violations.add(endpoint == Endpoint::logs ? "two requests in flight on /logs"
                                                       : "two tokens asked for at the same time");
    const auto pending = std::make_shared<const Pending>(Pending{request.peer_left});
    others.push_back(pending);
    return pending;
}

}  // namespace oktail::simulator
