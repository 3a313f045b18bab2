#pragma once

#include "app/daemon.hpp"
#include "sink/file/file_options.hpp"
#include "sink/stdout/stdout_options.hpp"
#include "state/sqlite_store.hpp"
#include "support/loopback_okta.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace oktail {

/// A life of the daemon: made, applied to, stopped, on a main thread of its own.
class Running {
public:
    explicit Running(const Config& config) : state_(SqliteStore::open(config.state_dir).value()) {
        daemon_.emplace(config, false, *state_, clock_, main_.executor());
        do_it(daemon_->recover());
        do_it(daemon_->apply(config));
    }
    ~Running() {
        asio::co_spawn(main_.executor(), daemon_->stop(), asio::use_future).get();
        daemon_.reset();
    }
    ConfigDifference apply(const Config& config) { return do_it(daemon_->apply(config)).value(); }

private:
    template <class T>
    Result<T> do_it(asio::awaitable<Result<T>> step) {
        const auto done = asio::co_spawn(main_.executor(), std::move(step), asio::use_future).get();
        EXPECT_TRUE(done) << (done ? "" : done.error().what());
        return done;
    }

    SteadyClock clock_;
    std::unique_ptr<SqliteStore> state_;
    Shard main_{"main"};
    std::optional<Daemon> daemon_;
};

/// The whole daemon in this process, against the simulator over loopback TLS.
class DaemonScenario : public testing::Test {
protected:
    LoopbackOkta& okta(const std::vector<std::string>& orgs, std::chrono::seconds clock_ahead = {}) {
        okta_.emplace(orgs, clock_ahead);
        std::ofstream(dir_ / "ca.pem") << okta_->ca_pem();
        config_.state_dir = dir_ / "state";
        config_.limits.threads = 2;
        config_.limits.memory = 64U * 1024 * 1024;
        return *okta_;
    }
    void add_tenant(const std::string& domain, const std::vector<std::string>& sinks) {
        TenantConfig tenant;
        tenant.name = domain.substr(0, domain.find('.'));
        tenant.domain = Origin(domain);
        tenant.connect_to = "127.0.0.1:" + std::to_string(okta_->port());
        tenant.ca_file = dir_ / "ca.pem";
        tenant.start = StartPoint::earliest();
        tenant.poll.min_interval = std::chrono::milliseconds(50);
        tenant.poll.max_interval = std::chrono::milliseconds(100);
        tenant.rate_limit_share = 1;
        tenant.auth = auth_of(domain);
        for (const std::string& sink : sinks) {
            RouteConfig route;
            route.sink = sink;
            tenant.sinks.push_back(route);
        }
        config_.tenants.push_back(tenant);
    }
    AuthConfig auth_of(const std::string& domain) {
        AuthConfig auth;
        auth.client_id = okta_->client_id(domain);
        const auto& client = okta_->okta().find(domain)->client();
        if (client.kind == simulator::ClientKind::integration) {
            auth.client_secret_files = {write_secret(domain + ".secret", client.secrets.front().text)};
            return auth;
        }
        auth.method = AuthMethod::private_key;
        auth.private_keys.emplace_back();
        auth.private_keys[0].file = write_secret(domain + ".pem", client.private_pem);
        auth.private_keys[0].key_id = client.keys.front().id;
        return auth;
    }
    std::filesystem::path write_secret(const std::string& name, const std::string& text) {
        const std::filesystem::path path = dir_ / name;
        std::filesystem::remove(path);
        std::ofstream(path) << text;
        std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        return path;
    }
    void add_file_sink(const std::string& name, Delivery delivery, const std::string& file = "{tenant}.ndjson") {
        auto options = std::make_shared<FileOptions>();
        options->path = (dir_ / name / file).string();
        options->delivery = delivery;
        SinkConfig sink;
        sink.name = name;
        sink.type = "file";
        sink.options = options;
        config_.sinks.push_back(sink);
    }
    void add_stdout_sink(const std::string& name) {
        SinkConfig sink;
        sink.name = name;
        sink.type = "stdout";
        sink.options = std::make_shared<StdoutOptions>();
        config_.sinks.push_back(sink);
    }
    std::vector<std::string> lines(const std::string& file) {
        std::ifstream in(dir_ / file, std::ios::binary);
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);) all.push_back(line);
        return all;
    }
    bool eventually(const std::function<bool()>& holds, std::chrono::seconds patience = std::chrono::seconds(40)) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return true;
    }
    bool has_all(const std::string& file, const std::string& domain) {
        const auto want = okta_->events(domain).size();
        return eventually([&] { return lines(file).size() >= want; });
    }

    TempDir dir_;
    std::optional<LoopbackOkta> okta_;
    Config config_;
};

}  // namespace oktail
