#pragma once

#include <oktail/core/asio.hpp>
#include <oktail/core/buffer.hpp>
#include <oktail/core/byte_budget.hpp>
#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/core/secret.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oktail {

enum class Method : std::uint8_t { get, post };

/// One request to the client's own origin. Only a target goes in, never a URL: credentials have one place to go.
class HttpRequest {
public:
    HttpRequest() = default;
    HttpRequest(Method method, std::string target) : method(method), target(std::move(target)) {}

    Method method = Method::get;
    std::string target;                         ///< path and query, sent byte for byte
    std::string content_type;                   ///< of `body`
    Secret body;                                ///< may hold an assertion
    Secret authorization;                       ///< the Authorization field; none if empty
    Secret dpop;                                ///< the DPoP field; none if empty
    std::string more_fields;                    ///< "Name: value\r\n" each; never a peer's words unlooked at
    std::size_t max_body = 64 * 1024;           ///< bytes after inflating; more is an error
    bool reserve_memory = false;                ///< a page: its body counts against the byte budget
    bool keep_packed = false;                   ///< the body as it came, too, if it came as gzip and there is memory for both
    bool exclusive_memory = false;              ///< in the one slot that may exceed it
    std::chrono::milliseconds timeout{60'000};  ///< for the whole request, connecting included
};

/// Status and fields of an answer. Field names are lower case, in the order they came, repeated ones kept apart.
class ResponseHead {
public:
    ResponseHead() = default;
    ResponseHead(unsigned status, std::vector<std::pair<std::string, std::string>> fields)
        : status_(status), fields_(std::move(fields)) {}

    unsigned status() const noexcept { return status_; }
    /// When it came; the body may come much later. Nothing where there is no clock.
    std::optional<SteadyTime> came_at;

    const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }
    /// The first field of that (lower case) name.
    std::optional<std::string_view> find(std::string_view name) const {
        for (const auto& [key, value] : fields_)
            if (key == name) return value;
        return std::nullopt;
    }
    std::vector<std::string_view> find_all(std::string_view name) const {
        std::vector<std::string_view> values;
        for (const auto& [key, value] : fields_)
            if (key == name) values.push_back(value);
        return values;
    }

private:
    unsigned status_ = 0;
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// A complete answer: its framing was whole and its gzip, if any, passed its own checks.
class HttpResponse {
public:
    HttpResponse() = default;
    HttpResponse(ResponseHead head, Buffer body, ByteBudget::Reservation memory = {})
        : head(std::move(head)), body(std::move(body)), memory(std::move(memory)) {}

    ResponseHead head;
    Buffer body;                     ///< inflated
    Buffer packed;                   ///< gzip, if it was asked for
    std::size_t wire_bytes = 0;      ///< of the body, before inflating
    ByteBudget::Reservation memory;  ///< what both hold of the byte budget
};

/// HTTP/1.1 over TLS to one origin, with keep-alive. Redirects are never followed. Lives on one shard.
class HttpClient {
public:
    virtual ~HttpClient() = default;

    /// Sends one request and reads the whole answer; any status is a success. A connection that the server had closed while it
    /// was idle is replaced once, at once (RFC 9112 §9.3.1; only a GET is repeated, and none with a DPoP proof, which is good
    /// for one). Errors: transient (network, TLS, timeout, broken framing or gzip, too large), stopped (soon after `stop`).
    /// `out_of_memory` below tells a refused page apart: repeat it with `exclusive_memory`.
    virtual asio::awaitable<Result<HttpResponse>> send(HttpRequest request, std::stop_token stop) = 0;
};

/// The code of the error with which send() gives up a body that outgrew the byte budget.
boost::system::error_code out_of_memory_budget() noexcept;
/// The code of the Error of send() when it is the proxy that is in trouble, or causes it.
boost::system::error_code no_tunnel() noexcept;
/// The code of the Error of send() when the server had closed the idle connection, and the request holds a proof that it may
/// have seen: make another one, and ask again at once.
boost::system::error_code stale_connection() noexcept;
/// The code of the Error of send() when the body is larger than `max_body`.
boost::system::error_code body_too_large() noexcept;

}  // namespace oktail
