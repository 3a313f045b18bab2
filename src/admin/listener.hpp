#pragma once

#include "core/task_group.hpp"
#include "http/server.hpp"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

namespace oktail {

/// Keeps a server at an address. One that is taken stops nobody: it is an error of the log, and tried again.
class Listener {
public:
    static constexpr std::chrono::seconds retry_after{10};

    /// `name` for the log, `advice` for whoever finds there that the address cannot be taken.
    Listener(asio::any_io_executor executor, Clock& clock, std::string name, std::string advice, ServerOptions options,
             ServerHandler handler);

    /// It listens when this returns, if it can.
    void start();
    /// Gives running answers a moment. Once started, before the end.
    asio::awaitable<void> stop();

    const ListenAddress& wanted() const noexcept { return options_.listen; }
    /// Where it listens; nullptr: it does not yet.
    const HttpServer* server() const noexcept { return server_.get(); }

private:
    Result<void> listen();
    asio::awaitable<void> keep_trying();

    asio::any_io_executor executor_;
    Clock& clock_;
    std::string name_;
    std::string advice_;
    ServerOptions options_;
    ServerHandler handler_;
    std::unique_ptr<HttpServer> server_;
    std::stop_source stop_;
    TaskGroup tasks_;
};

}  // namespace oktail
