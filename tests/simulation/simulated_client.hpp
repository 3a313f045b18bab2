#pragma once

#include <oktail/http/http_client.hpp>

#include "simulation/world.hpp"

#include <map>
#include <string>

namespace oktail {

/// What HttpsClient does, over a simulated network: a request as it would be sent, the simulator's answer, its bytes on a bad
/// line, and the daemon's own parser at the end of it.
class SimulatedClient : public HttpClient {
public:
    /// `dead`: the process is; nothing goes out any more. What is referred to outlives it.
    SimulatedClient(World& world, std::string host, const bool& dead) : world_(world), host_(std::move(host)), dead_(dead) {}

    asio::awaitable<Result<HttpResponse>> send(HttpRequest request, std::stop_token stop) override;

private:
    /// What comes off the line: perhaps not all of it, perhaps nothing.
    class Arrival {
    public:
        std::string bytes;
        std::string trouble;  ///< what ends it early; empty: it is whole, or its end looks like one
    };

    asio::awaitable<Arrival> converse(HttpRequest request, std::stop_token stop);
    asio::awaitable<Result<HttpResponse>> receive(Arrival arrival, const HttpRequest& request, std::stop_token stop);
    simulator::Answer ask(const HttpRequest& request);
    Arrival on_the_line(const simulator::Answer& answer);

    World& world_;
    std::string host_;
    const bool& dead_;
    std::map<simulator::Endpoint, int> in_flight_;
};

}  // namespace oktail
