#pragma once

#include "admin/endpoints.hpp"
#include "admin/listener.hpp"
#include "admin/status_json.hpp"
#include "metrics/happenings.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace oktail {

/// What the daemon answers to its administrator.
class AdminHooks {
public:
    /// What no longer moves and will not by itself; nullopt: all is alive.
    std::function<std::optional<std::string>()> stuck;
    /// The new configuration runs, and a line that says what has changed; or else everything is as it was.
    /// Errors: rejected (the configuration, with all its problems).
    std::function<asio::awaitable<Result<std::string>>()> reload;
};

/// Serves what the daemon does to those who look (admin.listen), and takes orders from those who may give them (the control
/// socket: root and the daemon's own user). Lives on the main thread; what it shows is thread-safe.
class Admin {
public:
    /// `clock` and `happenings` outlive it.
    Admin(asio::any_io_executor main, Clock& clock, const Happenings& happenings, DaemonFacts facts, AdminHooks hooks);

    /// More that the control socket takes. Before open_control().
    void on_control(std::string method, std::string path, ServerHandler handler);
    void open_control(const std::string& socket_file);
    /// Where everybody may look; nullopt: nowhere. Call it again when the configuration has changed.
    asio::awaitable<void> listen(std::optional<ListenAddress> address);
    /// The first configuration runs.
    void set_started() noexcept { started_ = true; }
    asio::awaitable<void> stop();

    const Listener* listener() const noexcept { return listener_.get(); }

private:
    void add_pages(Endpoints& endpoints);
    ServerResponse livez() const;
    ServerResponse readyz() const;
    asio::awaitable<ServerResponse> answer_control(ServerRequest request);
    asio::awaitable<ServerResponse> reload(ServerRequest request);

    asio::any_io_executor main_;
    Clock& clock_;
    const Happenings& happenings_;
    DaemonFacts facts_;
    AdminHooks hooks_;
    bool started_ = false;
    Endpoints pages_;
    Endpoints control_;
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<Listener> control_listener_;
};

}  // namespace oktail
