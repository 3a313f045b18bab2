#pragma once

#include "core/shard.hpp"
#include "http/server.hpp"
#include "simulator/certificates.hpp"
#include "simulator/fake_okta.hpp"
#include "simulator/jwt.hpp"
#include "simulator/service.hpp"
#include "simulator/shifted_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace oktail {

/// The simulator inside this process, over TLS on a free port, on a thread of its own.
class LoopbackOkta {
public:
    /// `orgs` as on the simulator's command line: "acme.okta.com,backlog=500". Its clock is ahead of ours by so much.
    explicit LoopbackOkta(const std::vector<std::string>& orgs, std::chrono::seconds clock_ahead = {})
        : clock_(clock_ahead), okta_(options(orgs)), service_(okta_, clock_) {
        std::vector<std::string> hosts;
        for (const auto& [host, org] : okta_.orgs()) hosts.push_back(host);
        auto certificates = simulator::make_certificates(hosts, clock_.utc_now());
        ca_pem_ = certificates.ca;
        ServerOptions server;
        server.certificate_pem = certificates.server;
        server.key_pem = certificates.server_key;
        const auto handler = [this](ServerRequest request) { return service_.handle(std::move(request)); };
        with([&] {
            auto listening = HttpServer::listen(shard_.executor(), clock_, std::move(server), handler);
            if (!listening) throw std::runtime_error(listening.error().what());
            server_ = std::move(*listening);
            server_->start();
        });
    }
    LoopbackOkta(const LoopbackOkta&) = delete;
    LoopbackOkta& operator=(const LoopbackOkta&) = delete;
    ~LoopbackOkta() {
        auto stop = server_->stop(std::chrono::milliseconds(100));
        asio::co_spawn(shard_.executor(), std::move(stop), asio::use_future).get();
        with([this] { server_.reset(); });
    }

    /// Runs `step` between two answers and gives what it returns.
    template <class Step>
    auto with(Step step) -> decltype(step()) {
        const auto task = std::make_shared<std::packaged_task<decltype(step())()>>(std::move(step));
        asio::post(shard_.executor(), [task] { (*task)(); });
        return task->get_future().get();
    }
    void fault(const std::string& json) {
        const auto added = with([&] { return okta_.faults().add(json, clock_.utc_now()); });
        if (!added) throw std::runtime_error(added.error().what());
    }
    /// Every event of the org so far, as Okta serves them.
    std::vector<std::string> events(const std::string& host) {
        return with([&] {
            const auto& log = okta_.find(host)->log;
            std::vector<std::string> all;
            for (std::size_t i = 0; i < log.size(); ++i) all.push_back(log.json(i));
            return all;
        });
    }
    void emit(const std::string& host, int count) {
        with([&] {
            for (int i = 0; i < count; ++i) okta_.find(host)->log.persist(clock_.utc_now(), clock_.utc_now());
        });
    }
    std::string violations(const std::string& host) {
        return with([&] {
            std::string text;
            for (const auto& [what, count] : okta_.find(host)->violations.counts()) text += what + "; ";
            return text;
        });
    }
    std::uint64_t tokens_minted(const std::string& host) {
        return with([&] { return okta_.find(host)->tokens_minted; });
    }

    std::uint16_t port() const { return server_->port(); }
    const std::string& ca_pem() const { return ca_pem_; }
    /// How often the token endpoint answered so.
    std::uint64_t token_answers(const std::string& host, unsigned status) {
        return with([&] { return okta_.find(host)->answers[{simulator::Endpoint::token, status}]; });
    }
    /// What an administrator does to the client.
    template <class Change>
    void change_client(const std::string& host, Change change) {
        with([&] { change(okta_.find(host)->client()); });
    }
    /// A new key for the client of a custom app, which is active at once; what the client keeps of it.
    simulator::KeyPair add_key(const std::string& host) {
        simulator::KeyPair pair = simulator::make_key_pair();
        change_client(host, [&](simulator::Client& client) {
            client.keys.push_back({pair.public_jwk, std::string(pair.public_jwk.at("kid").as_string())});
        });
        return pair;
    }
    std::string client_id(const std::string& host) {
        return with([&] { return okta_.find(host)->client_id; });
    }
    std::string secret(const std::string& host) {
        return with([&] { return okta_.find(host)->client().secrets.front().text; });
    }
    simulator::FakeOkta& okta() { return okta_; }

private:
    simulator::Options options(const std::vector<std::string>& orgs) {
        simulator::Options all;
        all.start = clock_.utc_now();
        for (const std::string& text : orgs) all.orgs.push_back(simulator::read_org_options(text).value());
        return all;
    }

    simulator::ShiftedClock clock_;
    simulator::FakeOkta okta_;
    simulator::Service service_;
    std::string ca_pem_;
    std::unique_ptr<HttpServer> server_;
    Shard shard_{"okta"};
};

}  // namespace oktail
