#include "admin/endpoints.hpp"

#include <algorithm>
#include <utility>

namespace oktail {
namespace {

asio::awaitable<ServerResponse> ready(ServerResponse response) { co_return response; }

void drop_body(ServerResponse& response) {
    response.transmission.claimed_size = response.text().size();
    response.body.reset();
}

}  // namespace

ServerResponse text_response(unsigned status, std::string text) {
    if (!text.ends_with('\n')) text += '\n';
    return ServerResponse(status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text));
}

void Endpoints::add_page(std::string path, std::function<ServerResponse()> page) {
    add("GET", std::move(path), [page = std::move(page)](const ServerRequest&) { return ready(page()); });
}

void Endpoints::add(std::string method, std::string path, ServerHandler handler) {
    Endpoint endpoint;
    endpoint.method = std::move(method);
    endpoint.path = std::move(path);
    endpoint.handler = std::move(handler);
    endpoints_.push_back(std::move(endpoint));
}

asio::awaitable<ServerResponse> Endpoints::answer(ServerRequest request) const {
    const bool head = request.method == "HEAD";
    const std::string method = head ? "GET" : request.method;
    const std::string path = request.target.substr(0, request.target.find('?'));
    const Endpoint* const endpoint = find(method, path);
    ServerResponse response = refusal(path);
    if (endpoint) response = co_await endpoint->handler(std::move(request));
    response.headers.emplace_back("Cache-Control", "no-store");
    if (head) drop_body(response);
    co_return response;
}

const Endpoints::Endpoint* Endpoints::find(std::string_view method, std::string_view path) const {
    const auto fits = [&](const Endpoint& endpoint) { return endpoint.method == method && endpoint.path == path; };
    const auto found = std::ranges::find_if(endpoints_, fits);
    return found == endpoints_.end() ? nullptr : &*found;
}

ServerResponse Endpoints::refusal(std::string_view path) const {
    std::string methods;
    std::string all;
    for (const Endpoint& endpoint : endpoints_) {
        const std::string with_head = endpoint.method == "GET" ? "GET, HEAD" : endpoint.method;
        if (endpoint.path == path) methods.append(methods.empty() ? "" : ", ").append(with_head);
        all.append(" ").append(endpoint.path);
    }
    if (methods.empty()) return text_response(404, "not found; there is" + all);
    ServerResponse response = text_response(405, "this takes " + methods);
    response.headers.emplace_back("Allow", methods);
    return response;
}

}  // namespace oktail
