#include "admin/listener.hpp"

#include "core/log.hpp"

#include <utility>

namespace oktail {

Listener::Listener(asio::any_io_executor executor, Clock& clock, std::string name, std::string advice, ServerOptions options,
                   ServerHandler handler)
    : executor_(executor), clock_(clock), name_(std::move(name)), advice_(std::move(advice)), options_(std::move(options)),
      handler_(std::move(handler)), tasks_(std::move(executor)) {}

void Listener::start() {
    const Result<void> listening = listen();
    if (listening) return;
    log::error({}, name_ + " cannot listen; collecting goes on",
               {{"why", listening.error().what()}, {"do", advice_}, {"retry_in_s", retry_after.count()}});
    tasks_.spawn(keep_trying());
}

Result<void> Listener::listen() {
    auto server = HttpServer::listen(executor_, clock_, options_, handler_);
    if (!server) return server.error();
    server_ = std::move(*server);
    server_->start();
    log::info({}, name_ + " listens", {{"at", server_->address().text()}});
    return {};
}

asio::awaitable<void> Listener::keep_trying() {
    while (!server_) {
        co_await clock_.sleep_for(retry_after, stop_.get_token());
        if (stop_.stop_requested()) co_return;
        const Result<void> listening = listen();
        if (!listening) log::debug({}, name_ + " still cannot listen", {{"why", listening.error().what()}});
    }
}

asio::awaitable<void> Listener::stop() {
    constexpr std::chrono::milliseconds grace{500};
    stop_.request_stop();
    co_await tasks_.join();
    if (server_) co_await server_->stop(grace);
}

}  // namespace oktail
