#include "admin/admin.hpp"

#include "admin/readiness.hpp"
#include "core/log.hpp"

#include <unistd.h>

#include <utility>

namespace oktail {
namespace {

/// A client holds one of 64 connections, for seconds, and sends a few kilobytes: no more can be taken from us.
ServerOptions options_for(ListenAddress address, mode_t socket_mode) {
    ServerOptions options;
    options.listen = std::move(address);
    options.socket_mode = socket_mode;
    options.max_header = 8 * 1024;
    options.max_body = 4 * 1024;
    options.max_connections = 64;
    options.idle_timeout = std::chrono::seconds(30);
    options.input_timeout = std::chrono::seconds(5);
    options.write_timeout = std::chrono::seconds(10);
    return options;
}

}  // namespace

Admin::Admin(asio::any_io_executor main, Clock& clock, const Happenings& happenings, DaemonFacts facts, AdminHooks hooks)
    : main_(std::move(main)), clock_(clock), happenings_(happenings), facts_(std::move(facts)), hooks_(std::move(hooks)) {
    add_pages(pages_);
    add_pages(control_);
    on_control("POST", "/reload", [this](ServerRequest request) { return reload(std::move(request)); });
}

void Admin::add_pages(Endpoints& endpoints) {
    endpoints.add_page("/livez", [this] { return livez(); });
    endpoints.add_page("/readyz", [this] { return readyz(); });
    endpoints.add_page("/metrics", [this] {
        return ServerResponse(200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, happenings_.metrics_text());
    });
    endpoints.add_page("/status", [this] {
        return ServerResponse(200, {{"Content-Type", "application/json"}},
                              status_json(facts_, happenings_.status(), clock_.utc_now()));
    });
}

ServerResponse Admin::livez() const {
    const auto stuck = hooks_.stuck();
    return stuck ? text_response(503, *stuck) : text_response(200, "ok");
}

ServerResponse Admin::readyz() const {
    const auto why = unready(happenings_.status(), started_);
    return why ? text_response(503, *why) : text_response(200, "ok");
}

void Admin::on_control(std::string method, std::string path, ServerHandler handler) {
    control_.add(std::move(method), std::move(path), std::move(handler));
}

void Admin::open_control(const std::string& socket_file) {
    constexpr mode_t mine_alone = 0600;
    control_listener_ = std::make_unique<Listener>(
        main_, clock_, "the control socket", "look at the rights and the length of its directory's name",
        options_for(ListenAddress::socket_file(socket_file), mine_alone),
        [this](ServerRequest request) { return answer_control(std::move(request)); });
    control_listener_->start();
}

asio::awaitable<void> Admin::listen(std::optional<ListenAddress> address) {
    constexpr mode_t mine_and_my_groups = 0660;
    if (listener_ && address == listener_->wanted()) co_return;
    if (listener_) co_await listener_->stop();
    listener_.reset();
    if (!address) co_return;
    if (!address->is_local())
        log::warn({}, "the admin server can be reached from other machines, by everybody and without a password",
                  {{"at", address->text()}, {"do", "set admin.listen to 127.0.0.1, or let a firewall choose who may"}});
    listener_ = std::make_unique<Listener>(
        main_, clock_, "the admin server", "end what listens there, or set admin.listen to another address, or to off",
        options_for(*address, mine_and_my_groups), [this](ServerRequest request) { return pages_.answer(std::move(request)); });
    listener_->start();
}

asio::awaitable<void> Admin::stop() {
    if (listener_) co_await listener_->stop();
    if (control_listener_) co_await control_listener_->stop();
    listener_.reset();
    control_listener_.reset();
}

/// The socket's mode keeps others out already; a mode can be changed, the kernel's word cannot.
asio::awaitable<ServerResponse> Admin::answer_control(ServerRequest request) {
    const bool allowed = request.peer_uid == 0U || request.peer_uid == ::geteuid();
    if (!allowed) co_return text_response(403, "only root and oktail's own user may use this socket");
    co_return co_await control_.answer(std::move(request));
}

asio::awaitable<ServerResponse> Admin::reload(ServerRequest request) {
    log::info({}, "reload asked for over the control socket", {{"uid", request.peer_uid.value_or(0)}});
    const Result<std::string> reloaded = co_await hooks_.reload();
    if (reloaded) co_return text_response(200, *reloaded);
    const bool bad = reloaded.error().kind() == ErrorKind::rejected;
    co_return text_response(bad ? 422 : 503, reloaded.error().what());
}

}  // namespace oktail
