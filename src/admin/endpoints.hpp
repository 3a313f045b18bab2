#pragma once

#include "http/server.hpp"

#include <functional>
#include <string>
#include <vector>

namespace oktail {

/// What is served, by method and path. Queries are ignored, HEAD is GET without the body, and what is not there gets an answer
/// that helps. Add everything before the first request.
class Endpoints {
public:
    /// A page is made for each GET of it.
    void add_page(std::string path, std::function<ServerResponse()> page);
    void add(std::string method, std::string path, ServerHandler handler);

    asio::awaitable<ServerResponse> answer(ServerRequest request) const;

private:
    class Endpoint {
    public:
        std::string method;
        std::string path;
        ServerHandler handler;
    };

    const Endpoint* find(std::string_view method, std::string_view path) const;
    /// An answer to what is not served.
    ServerResponse refusal(std::string_view path) const;

    std::vector<Endpoint> endpoints_;
};

/// Text for a person, or a script that looks at the status only.
ServerResponse text_response(unsigned status, std::string text);

}  // namespace oktail
